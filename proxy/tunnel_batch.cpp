#include "proxy/tunnel_batch.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <spdlog/spdlog.h>
#include <sys/socket.h>

namespace wslb::proxy {
namespace {

constexpr std::size_t kSendsMax = vault::Journal::kEntries;
// With less room than this a recv() would bring pieces of messages.
constexpr std::size_t kRoomMin = 16 * 1024;
// Each part begins on a cache line of its own.
constexpr std::size_t kAlignment = 64;
// Fewer are cheaper one by one.
constexpr std::size_t kRingMin = 2;

}  // namespace

TunnelBatch::TunnelBatch() : own_(vault::kBufferBytes), buffer_(own_) {
  sends_.reserve(kSendsMax);
  recipients_.reserve(kSendsMax);
}

void TunnelBatch::move_into(vault::Arena& arena, std::size_t worker) {
  buffer_ = arena.buffer(worker);
  journal_ = &arena.journal(worker);
  journal_->count.store(0, std::memory_order_release);
  own_ = {};
}

base::Result<void> TunnelBatch::use_io_uring() {
  auto ring = SendRing::open(kSendsMax);
  if (!ring) return ring.error();
  ring_ = std::move(*ring);
  return {};
}

bool TunnelBatch::has_room() const {
  return sends_.size() < kSendsMax && buffer_.size() - used_ >= kRoomMin;
}

std::span<char> TunnelBatch::room() const {
  return buffer_.subspan(used_, std::min(buffer_.size() - used_, vault::kRoomBytes));
}

void TunnelBatch::note(vault::Slot slot, Tunnel::Side from, std::uint64_t before) {
  journal_->entries[noted_] = {slot, from, before, used_};
  journal_->count.store(++noted_, std::memory_order_release);
  is_noted_ = true;
}

void TunnelBatch::add(Tunnel& tunnel, Tunnel::Side to, std::size_t bytes) {
  const bool is_noted = std::exchange(is_noted_, false);
  if (bytes == 0) {
    if (is_noted) journal_->count.store(--noted_, std::memory_order_release);
    return;
  }
  if (is_noted) journal_->entries[noted_ - 1].set_brought(bytes);
  sends_.push_back({tunnel.fd(to), {buffer_.data() + used_, bytes}});
  recipients_.push_back({&tunnel, to});
  used_ = std::min(buffer_.size(), (used_ + bytes + kAlignment - 1) / kAlignment * kAlignment);
}

void TunnelBatch::pass_on() {
  if (sends_.empty()) return;
  send_all();
  for (std::size_t i = 0; i < sends_.size(); ++i) {
    recipients_[i].tunnel->sent(recipients_[i].side, sends_[i].data, sends_[i].result);
  }
  if (noted_ > 0) journal_->count.store(noted_ = 0, std::memory_order_release);
  sends_.clear();
  recipients_.clear();
  used_ = 0;
}

void TunnelBatch::send_all() {
  if (ring_ && sends_.size() >= kRingMin) {
    if (ring_->send(sends_)) return;
    // What it did not send counts as refused for now, which is tried again at once.
    spdlog::error("tunnels: io_uring has failed; from now on each message is sent by itself");
    ring_.reset();
    return;
  }
  for (Outgoing& one : sends_) {
    one.result = ::send(one.fd, one.data.data(), one.data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (one.result < 0) one.result = -errno;
  }
}

}  // namespace wslb::proxy
