#include "agent/proxy_stream.h"

#include <array>
#include <chrono>

#include <sys/socket.h>

#include "agent/sticky_record.h"
#include "base/overloaded.h"
#include "proto/sticky.pb.h"

namespace wslb::agent {
namespace {

constexpr std::size_t kStickyPacketBytesMax = 131072;
constexpr int kPacketsAtOnce = 32;

std::string encode(const sticky::ProxyFrame& frame) {
  proto::StickyToProxy message;
  std::visit(base::Overloaded{
                 [&](const sticky::Entries& entries) {
                   for (const sticky::Record& record : entries.records) {
                     write_record(record, *message.mutable_entries()->add_records());
                   }
                 },
                 [&](const sticky::Ended& ended) {
                   for (const sticky::Record& record : ended.records) {
                     write_record(record, *message.mutable_ended()->add_records());
                   }
                 },
                 [&](const sticky::Ack& ack) { message.mutable_ack()->set_upto(ack.upto); },
                 [&](const sticky::Synced&) { message.mutable_synced(); },
                 [&](const sticky::Loads& loads) { write_loads(loads, *message.mutable_loads()); },
             },
             frame);
  return message.SerializeAsString();
}

// A proxy of an earlier release does not say when.
base::TimePoint made_at(std::uint64_t made_ms, base::TimePoint now) {
  const auto latest = std::chrono::ceil<std::chrono::milliseconds>(now.time_since_epoch()).count();
  if (made_ms == 0 || made_ms >= static_cast<std::uint64_t>(latest)) return now;
  return base::TimePoint(std::chrono::milliseconds(made_ms));
}

}  // namespace

ProxyStream::ProxyStream(boost::asio::io_context& io, sticky::ProxySession& session,
                         Handlers handlers)
    : session_(session), handlers_(std::move(handlers)), socket_(io) {}

ProxyStream::~ProxyStream() {
  *alive_ = false;
}

base::Result<void> ProxyStream::start(FileDescriptor socket) {
  const auto watched = watch(socket_, std::move(socket), "cannot watch the proxy's sticky stream");
  if (!watched) return watched;
  session_.connect();
  wait_for_message();
  return {};
}

void ProxyStream::wait_for_message() {
  socket_.async_wait(Descriptor::wait_read,
                     [this, alive = alive_](const boost::system::error_code& error) {
                       if (error || !*alive || !receive()) return;
                       handlers_.on_change();
                       if (*alive) wait_for_message();
                     });
}

bool ProxyStream::receive() {
  std::array<std::uint8_t, kStickyPacketBytesMax> buffer;
  for (int i = 0; i < kPacketsAtOnce; ++i) {
    const ssize_t received =
        ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_TRUNC | MSG_DONTWAIT);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (received <= 0) {
      end("the proxy has gone");
      return false;
    }
    const auto size = static_cast<std::size_t>(received);
    if (size > buffer.size()) {
      end("the proxy sent a packet of " + std::to_string(size) + " bytes");
      return false;
    }
    const auto handled = 
        take_packet(base::ByteView(buffer).first(size), session_, std::chrono::steady_clock::now());
    if (!handled) {
      end("the proxy " + handled.error().message);
      return false;
    }
  }
  return true;
}

base::Result<void> take_packet(base::ByteView packet, sticky::ProxySession& session,
                               base::TimePoint now) {
  proto::StickyToAgent message;
  if (!message.ParseFromArray(packet.data(), static_cast<int>(packet.size()))) {
    return base::Error{"sent something that is no message of the sticky stream"};
  }
  if (message.has_tables()) {
    const auto tables = read_tables(message.tables());
    if (!tables) return base::Error{"declared an impossible table"};
    return session.define(*tables);
  }
  if (message.has_loads()) {
    const auto loads = read_loads(message.loads());
    if (!loads) return base::Error{"told the load of an impossible server"};
    session.take(*loads, message.loads().anew());
    return {};
  }
  if (!message.has_changes()) return base::Error{"sent an empty message"};
  sticky::ProxyChanges changes;
  changes.number = message.changes().number();
  for (const proto::StickyChange& one : message.changes().changes()) {
    const auto record = read_record(one.record());
    const bool known = one.kind() >= 0 && one.kind() <= proto::StickyChange::PURGED;
    if (!record || !known) return base::Error{"sent an impossible entry"};
    changes.changes.push_back({static_cast<sticky::ProxyChange::Kind>(one.kind()), *record,
                               made_at(one.made_ms(), now)});
  }
  return session.take(changes, now);
}

// False: it has to wait.
bool ProxyStream::transmit() {
  const ssize_t sent =
      ::send(socket_.native_handle(), output_.data(), output_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  // The end of the connection is seen when it is read.
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  output_.clear();
  return true;
}

void ProxyStream::send() {
  if (waiting_ || !socket_.is_open()) return;
  for (;;) {
    if (!output_.empty() && !transmit()) return wait_for_room();
    const auto frame = session_.next(std::chrono::steady_clock::now());
    if (!frame) return;
    output_ = encode(*frame);
  }
}

void ProxyStream::wait_for_room() {
  waiting_ = true;
  socket_.async_wait(Descriptor::wait_write,
                     [this, alive = alive_](const boost::system::error_code& error) {
                       if (error || !*alive) return;
                       waiting_ = false;
                       send();
                     });
}

void ProxyStream::end(const std::string& reason) {
  boost::system::error_code ignored;
  socket_.close(ignored);
  session_.disconnect(std::chrono::steady_clock::now());
  handlers_.on_end(reason);
}

}  // namespace wslb::agent
