#include "proxy/vault_link.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/descriptor_packet.h"

namespace wslb::proxy {
namespace {

constexpr std::array<int, 2> kNone{-1, -1};
constexpr int kDropsAtOnce = 100;
constexpr auto kDropsInterval = std::chrono::milliseconds(100);

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

void KeptSlot::hold(int client, const std::string& packet) {
  link_->keep_client(slot_, client, packet);
  dropped_ = false;
}

void KeptSlot::drop() {
  if (!std::exchange(dropped_, true)) link_->drop(slot_);
}

// --- The link -----------------------------------------------------------------------------------

VaultLink::VaultLink(boost::asio::io_context& context, std::unique_ptr<vault::Arena> arena)
    : context_(context), arena_(std::move(arena)), drops_(context) {}

VaultLink::~VaultLink() {
  *alive_ = false;
}

KeptSlot VaultLink::take_slot() {
  const std::optional<vault::Slot> slot = arena_->take();
  return slot ? KeptSlot(*this, *slot) : KeptSlot();
}

void VaultLink::start(int stream, bool knows_us) {
  std::vector<vault::Slot> dropped;
  if (knows_us) dropped = std::exchange(dropped_, {});
  stop();
  const std::lock_guard lock(mutex_);
  dropped_ = std::move(dropped);
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
  tell_drops_later();
  if (!knows_us) tell_everything();
}

void VaultLink::stop() {
  const std::lock_guard lock(mutex_);
  socket_.reset();
  drops_.cancel();
  unsaid_.clear();
  dropped_.clear();
  is_heir_ = false;
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
    if (kept_[slot] != kNone) say_keep(slot);
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
  const std::lock_guard lock(mutex_);
  note(slot, client, server);
  take_back_drop(slot);
  say_keep(slot);
}

void VaultLink::keep_client(vault::Slot slot, int client, const std::string& packet) {
  const std::lock_guard lock(mutex_);
  const bool sent =
      socket_ && unsaid_.empty() &&
      send_packet(socket_->native_handle(), packet, {&client, 1}) != PacketStatus::Wait;
  note(slot, client, -1);
  take_back_drop(slot);
  if (!sent) say_keep(slot);
}

void VaultLink::adopt(vault::Slot slot, int client, int server) {
  const std::lock_guard lock(mutex_);
  is_heir_ = true;
  note(slot, client, server);
}

void VaultLink::note(vault::Slot slot, int client, int server) {
  if (kept_.size() <= slot) kept_.resize(slot + 1U, kNone);
  kept_[slot] = {client, server};
}

// What is kept now takes the place of what was there.
void VaultLink::take_back_drop(vault::Slot slot) {
  const auto dropped = std::find(dropped_.rbegin(), dropped_.rend(), slot);
  if (dropped != dropped_.rend()) dropped_.erase(std::next(dropped).base());
}

void VaultLink::drop(vault::Slot slot) {
  const std::lock_guard lock(mutex_);
  kept_[slot] = kNone;
  std::erase(unsaid_, slot);  // its descriptors are about to be closed
  if (!socket_ && !is_heir_) return;
  dropped_.push_back(slot);
  if (socket_ && dropped_.size() >= kDropsAtOnce) tell_drops();
}

bool VaultLink::is_told() {
  const std::lock_guard lock(mutex_);
  return socket_ && unsaid_.empty();
}

void VaultLink::forget_all() {
  const std::lock_guard lock(mutex_);
  if (!socket_) return;
  unsaid_.clear();
  listeners_.clear();
  tell_listeners();
  for (vault::Slot slot = 0; slot < kept_.size(); ++slot) {
    if (kept_[slot] != kNone) dropped_.push_back(slot);
  }
  tell_drops();
}

void VaultLink::say_keep(vault::Slot slot) {
  if (!socket_) return;
  if (unsaid_.empty() && send_keep(slot)) return;
  unsaid_.push_back(slot);
  wait_for_room();
}

bool VaultLink::send_keep(vault::Slot slot) {
  const std::array<int, 2>& sockets = kept_[slot];
  const std::size_t count = sockets[1] < 0 ? 1 : 2;
  return send_packet(socket_->native_handle(), keep_packet(slot, count), {sockets.data(), count}) !=
         PacketStatus::Wait;
}

std::string VaultLink::keep_packet(vault::Slot slot, std::size_t sockets) {
  proto::ToVault message;
  message.mutable_keep()->add_slots(slot);
  message.mutable_keep()->set_sockets(static_cast<std::uint32_t>(sockets));
  return message.SerializeAsString();
}

// Those that do not fit go with the next ones.
void VaultLink::tell_drops() {
  while (!dropped_.empty()) {
    const auto first =
        dropped_.end() - std::min<std::ptrdiff_t>(std::ssize(dropped_), kDropsAtOnce);
    proto::ToVault message;
    message.mutable_drop()->mutable_slots()->Assign(first, dropped_.end());
    if (!send(message, {})) return;
    dropped_.erase(first, dropped_.end());
  }
}

void VaultLink::tell_drops_later() {
  drops_.expires_after(kDropsInterval);
  drops_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (error || !*alive) return;
    const std::lock_guard lock(mutex_);
    if (!socket_) return;
    tell_drops();
    tell_drops_later();
  });
}

// False: there is no room. The end of the stream is seen when it is read.
bool VaultLink::send(const proto::ToVault& message, std::span<const int> descriptors) {
  const std::string bytes = message.SerializeAsString();
  return send_packet(socket_->native_handle(), bytes, descriptors) != PacketStatus::Wait;
}

void VaultLink::flush() {
  const std::lock_guard lock(mutex_);
  waiting_ = false;
  while (socket_ && !unsaid_.empty() && send_keep(unsaid_.front())) unsaid_.pop_front();
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
        // It may have been stopped between the event and here.
        if (error || !*alive || !socket_) return;
        DescriptorPacket packet;
        const PacketStatus status = receive_packet(socket_->native_handle(), packet);
        for (const int fd : packet.descriptors) ::close(fd);
        if (status == PacketStatus::Ended) return stop();
        const std::lock_guard lock(mutex_);
        if (socket_) wait_for_end();
      });
}

}  // namespace wslb::proxy
