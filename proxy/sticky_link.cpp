#include "proxy/sticky_link.h"

#include <algorithm>
#include <array>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "proxy/sticky_record.h"

namespace wslb::proxy {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kRecordsPerPacket = 128;
constexpr std::size_t kPacketsAhead = 64;  // sent and not acknowledged
constexpr std::size_t kPacketBytesMax = 131072;
constexpr int kPacketsPerWakeUp = 32;
constexpr std::chrono::seconds kAbsenceMax{10};
constexpr std::chrono::milliseconds kLoadInterval{100};

}  // namespace

StickyLink::StickyLink(boost::asio::io_context& context, std::function<void()> synced)
    : context_(context), synced_(std::move(synced)), absence_(context), load_timer_(context) {}

StickyLink::~StickyLink() {
  *alive_ = false;
}

void StickyLink::set_service(const std::shared_ptr<const Service>& service) {
  set_tables(service->stick_tables);
  load_.set_service(service);
}

// A table keeps its number as long as the stream lives: entries of the others may be on their way.
void StickyLink::set_tables(const StickTables& tables) {
  std::vector<std::shared_ptr<StickTable>> now;
  for (const auto& [name, table] : tables.all()) {
    if (!table->definition().peers.empty()) now.push_back(table);
  }
  bool is_news = false;
  for (auto& table : tables_) {
    if (std::ranges::count(now, table) == 0) table.reset();
  }
  for (const auto& table : now) {
    if (std::ranges::count(tables_, table) > 0) continue;
    follow(*table);
    tables_.push_back(table);
    is_news = true;
  }
  if (socket_ && is_news) declare();
}

// On any thread a table says that it has changes; one look at all of them follows.
void StickyLink::follow(StickTable& table) {
  const std::lock_guard lock(table.mutex);
  table.table.on_changes([this, called = called_, alive = alive_] {
    if (called->exchange(true)) return;
    boost::asio::post(context_, [this, called, alive] {
      called->store(false);
      if (*alive) send();
    });
  });
}

void StickyLink::start(int stream) {
  stop();
  absence_.cancel();
  socket_ = std::make_unique<Protocol::socket>(context_);
  boost::system::error_code error;
  socket_->assign(Protocol(AF_UNIX, 0), stream, error);
  if (error) return lose("cannot watch the sticky stream: " + error.message());
  std::erase(tables_, nullptr);
  declare();
  wait_for_packets();
  look_at_loads();
}

// Everything is to be told; the agent answers with everything that it has.
void StickyLink::declare() {
  proto::StickyToAgent message;
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (!tables_[i]) continue;
    write_table(tables_[i]->definition(), i, *message.mutable_tables()->add_tables());
  }
  message.mutable_tables();
  output_ = message.SerializeAsString();
  sent_.clear();
  for (const auto& table : tables_) {
    if (!table) continue;
    const std::lock_guard lock(table->mutex);
    table->table.mark_all();
  }
  send();
}

void StickyLink::stop() {
  if (!socket_) return;
  socket_.reset();
  output_.clear();
  sent_.clear();
  waiting_ = false;
  load_timer_.cancel();
  load_.reset();
  absence_.expires_after(kAbsenceMax);
  absence_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    for (const auto& table : tables_) {
      if (!table) continue;
      const std::lock_guard lock(table->mutex);
      table->table.forget_follower();
    }
  });
}

// --- Out ----------------------------------------------------------------------------------------

void StickyLink::send() {
  if (!socket_ || waiting_) return;
  for (std::size_t i = 0;;) {
    if (!output_.empty() && !transmit()) return wait_for_room();
    if (send_loads()) continue;
    if (sent_.size() >= kPacketsAhead || i == tables_.size()) return;
    if (!send_changes(i)) ++i;
  }
}

// False: the table has none.
bool StickyLink::send_changes(std::size_t index) {
  if (!tables_[index]) return false;
  StickTable& table = *tables_[index];
  records_.clear();
  std::uint64_t upto = 0;
  {
    const std::lock_guard lock(table.mutex);
    table.table.take_changes(kRecordsPerPacket, steady_clock::now(), records_);
    upto = table.table.last_taken();
  }
  if (records_.empty()) return false;
  proto::StickyToAgent message;
  for (const stick::Record& record : records_) {
    write_change(record, index, *message.mutable_changes()->add_changes());
  }
  message.mutable_changes()->set_number(++number_);
  sent_.push_back({number_, tables_[index], upto});
  output_ = message.SerializeAsString();
  return true;
}

// False: there is nothing to tell.
bool StickyLink::send_loads() {
  proto::StickyToAgent message;
  if (!load_.next(*message.mutable_loads())) return false;
  output_ = message.SerializeAsString();
  return true;
}

void StickyLink::look_at_loads() {
  load_.look();
  send();
  load_timer_.expires_after(kLoadInterval);
  load_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && socket_) look_at_loads();
  });
}

// False: the socket is full.
bool StickyLink::transmit() {
  const ssize_t sent =
      ::send(socket_->native_handle(), output_.data(), output_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  // The end of the connection is seen when it is read.
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  output_.clear();
  return true;
}

void StickyLink::wait_for_room() {
  waiting_ = true;
  socket_->async_wait(Protocol::socket::wait_write,
                      [this, alive = alive_](const boost::system::error_code& error) {
                        if (error || !*alive) return;
                        waiting_ = false;
                        send();
                      });
}

void StickyLink::acknowledge(std::uint64_t number) {
  while (!sent_.empty() && sent_.front().number <= number) {
    const Sent& sent = sent_.front();
    {
      const std::lock_guard lock(sent.table->mutex);
      sent.table->table.acknowledge(sent.upto);
    }
    sent_.pop_front();
  }
}

// --- In -----------------------------------------------------------------------------------------

void StickyLink::wait_for_packets() {
  socket_->async_wait(Protocol::socket::wait_read,
                      [this, alive = alive_](const boost::system::error_code& error) {
                        if (error || !*alive || !receive()) return;
                        send();
                        wait_for_packets();
                      });
}

// False: there is no agent any more.
bool StickyLink::receive() {
  std::array<std::uint8_t, kPacketBytesMax> buffer;
  for (int i = 0; i < kPacketsPerWakeUp; ++i) {
    const ssize_t received =
        ::recv(socket_->native_handle(), buffer.data(), buffer.size(), MSG_TRUNC | MSG_DONTWAIT);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    const auto size = static_cast<std::size_t>(received);
    if (received <= 0) {
      lose("the agent has gone");
      return false;
    }
    if (size > buffer.size() || !take(base::ByteView(buffer).first(size))) {
      lose("the agent sent something that is no message of the sticky stream");
      return false;
    }
  }
  return true;
}

bool StickyLink::take(base::ByteView packet) {
  proto::StickyToProxy message;
  if (!message.ParseFromArray(packet.data(), static_cast<int>(packet.size()))) return false;
  switch (message.message_case()) {
    case proto::StickyToProxy::kEntries:
      return apply(message.entries().records(), false);
    case proto::StickyToProxy::kEnded:
      return apply(message.ended().records(), true);
    case proto::StickyToProxy::kAck:
      acknowledge(message.ack().upto());
      return true;
    case proto::StickyToProxy::kLoads:
      load_.take(message.loads());
      return true;
    case proto::StickyToProxy::kSynced:
      synced_();
      return true;
    case proto::StickyToProxy::MESSAGE_NOT_SET:
      break;
  }
  return false;
}

bool StickyLink::apply(const google::protobuf::RepeatedPtrField<proto::StickyRecord>& records,
                       bool ended) {
  const auto now = steady_clock::now();
  for (const proto::StickyRecord& one : records) {
    if (one.table() >= tables_.size()) return false;
    if (!tables_[one.table()]) continue;
    auto record = read_record(one);
    if (!record) return false;
    record->removed = record->removed || ended;
    StickTable& table = *tables_[one.table()];
    const std::lock_guard lock(table.mutex);
    table.table.apply(*record, now);
    table.tell_of_purges(now);
  }
  return true;
}

void StickyLink::lose(const std::string& why) {
  spdlog::warn("sticky tables: {}; going on alone until it is back", why);
  stop();
}

}  // namespace wslb::proxy
