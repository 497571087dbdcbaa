#include "proxy/vault_link.h"

#include <algorithm>
#include <cerrno>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/descriptor_packet.h"

namespace wslb::proxy {
namespace {

constexpr std::array<int, 2> kNone{-1, -1};

}  // namespace

// --- A slot -------------------------------------------------------------------------------------

KeptSlot::~KeptSlot() {
  if (link_ == nullptr) return;
  drop();
  if (is_used_) link_->arena().give_back(slot_);
}

KeptSlot KeptSlot::held(VaultLink& link, vault::Slot slot, bool is_used) {
  KeptSlot kept(link, slot);
  kept.dropped_ = false;
  kept.is_used_ = is_used;
  return kept;
}

vault::Arena& KeptSlot::arena() const {
  return link_->arena();
}

void KeptSlot::hold(int client, int server) {
  dropped_ = false;
  link_->keep(slot_, client, server);
}

void KeptSlot::drop() {
  if (!std::exchange(dropped_, true)) link_->drop(slot_);
}

// --- The link -----------------------------------------------------------------------------------

VaultLink::VaultLink(boost::asio::io_context& context, std::unique_ptr<vault::Arena> arena)
    : context_(context), arena_(std::move(arena)) {}

VaultLink::~VaultLink() {
  *alive_ = false;
}

void VaultLink::start(int stream, bool knows_us) {
  stop();
  const std::lock_guard lock(mutex_);
  socket_ = std::make_unique<Protocol::socket>(context_);
  boost::system::error_code error;
  socket_->assign(Protocol(AF_UNIX, 0), stream, error);
  if (error) {
    spdlog::error("vault: cannot watch its stream: {}", error.message());
    socket_.reset();
    ::close(stream);
    return;
  }
  wait_for_end();
  if (!knows_us) tell_everything();
}

void VaultLink::stop() {
  const std::lock_guard lock(mutex_);
  socket_.reset();
  unsaid_.clear();
  waiting_ = false;
}

// Sockets go as words, so that they wait where there is no room.
void VaultLink::tell_everything() {
  proto::ToVault message;
  message.mutable_arena();
  const int memfd = arena_->fd();
  if (!send(message, {&memfd, 1})) return;
  tell_listeners();
  for (vault::Slot slot = 0; slot < kept_.size(); ++slot) {
    if (kept_[slot] != kNone) say({slot, true});
  }
}

void VaultLink::set_listeners(Listeners listeners) {
  listeners_ = std::move(listeners);
  const std::lock_guard lock(mutex_);
  if (socket_) tell_listeners();
}

void VaultLink::tell_listeners() {
  for (std::size_t i = 0; i == 0 || i < listeners_.size(); i += kPacketDescriptorsMax) {
    proto::ToVault message;
    std::vector<int> descriptors;
    const std::size_t end = std::min(listeners_.size(), i + kPacketDescriptorsMax);
    for (std::size_t k = i; k < end; ++k) {
      message.mutable_listeners()->add_names(listeners_[k].first);
      descriptors.push_back(listeners_[k].second);
    }
    message.mutable_listeners()->set_more(end < listeners_.size());
    if (!send(message, descriptors)) return;
  }
}

void VaultLink::keep(vault::Slot slot, int client, int server) {
  adopt(slot, client, server);
  const std::lock_guard lock(mutex_);
  say({slot, true});
}

void VaultLink::adopt(vault::Slot slot, int client, int server) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() <= slot) kept_.resize(slot + 1U, kNone);
  kept_[slot] = {client, server};
}

void VaultLink::drop(vault::Slot slot) {
  const std::lock_guard lock(mutex_);
  kept_[slot] = kNone;
  const auto unsaid = std::ranges::find(unsaid_, slot, &Word::slot);
  if (unsaid != unsaid_.end() && unsaid->keep) {
    unsaid_.erase(unsaid);  // and its descriptors are about to be closed
  } else {
    say({slot, false});
  }
}

void VaultLink::forget_all() {
  const std::lock_guard lock(mutex_);
  if (!socket_) return;
  unsaid_.clear();
  listeners_.clear();
  tell_listeners();
  for (vault::Slot slot = 0; slot < kept_.size(); ++slot) {
    if (kept_[slot] != kNone) say({slot, false});
  }
}

void VaultLink::say(Word word) {
  if (!socket_) return;
  if (!unsaid_.empty() || !send(word)) unsaid_.push_back(word);
  if (!unsaid_.empty()) wait_for_room();
}

bool VaultLink::send(const Word& word) {
  proto::ToVault message;
  if (!word.keep) {
    message.mutable_drop()->add_slots(word.slot);
    return send(message, {});
  }
  message.mutable_keep()->add_slots(word.slot);
  message.mutable_keep()->set_sockets(2);
  return send(message, kept_[word.slot]);
}

// False: there is no room. The end of the stream is seen when it is read.
bool VaultLink::send(const proto::ToVault& message, std::span<const int> descriptors) {
  const std::string bytes = message.SerializeAsString();
  return send_packet(socket_->native_handle(), bytes, descriptors) != PacketStatus::Wait;
}

void VaultLink::flush() {
  const std::lock_guard lock(mutex_);
  waiting_ = false;
  while (socket_ && !unsaid_.empty() && send(unsaid_.front())) unsaid_.pop_front();
  if (socket_ && !unsaid_.empty()) wait_for_room();
}

// On whichever thread: the first worker's waits.
void VaultLink::wait_for_room() {
  if (std::exchange(waiting_, true)) return;
  boost::asio::post(context_, [this, alive = alive_] {
    if (!*alive) return;
    const std::lock_guard lock(mutex_);
    if (!socket_) return;
    socket_->async_wait(Protocol::socket::wait_write,
                        [this, alive](const boost::system::error_code& error) {
                          if (!error && *alive) flush();
                        });
  });
}

// Nothing is expected to come any more.
void VaultLink::wait_for_end() {
  socket_->async_wait(
      Protocol::socket::wait_read, [this, alive = alive_](const boost::system::error_code& error) {
        if (error || !*alive) return;
        DescriptorPacket packet;
        const PacketStatus status = receive_packet(socket_->native_handle(), packet);
        for (const int fd : packet.descriptors) ::close(fd);
        if (status == PacketStatus::Ended) return stop();
        const std::lock_guard lock(mutex_);
        if (socket_) wait_for_end();
      });
}

}  // namespace wslb::proxy
