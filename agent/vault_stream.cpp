#include "agent/vault_stream.h"

#include <array>
#include <chrono>
#include <thread>

#include <spdlog/spdlog.h>

#include "agent/packet_socket.h"

namespace wslb::agent {
namespace {

constexpr int kVaultPacketsAtOnce = 64;
constexpr int kVaultPacketsWaiting = 16384;  // more than the socket's buffer holds
constexpr std::chrono::milliseconds kMemoryRetry{10};
// What was sent is safe in the socket: under load it is taken out by the dozen, since waking this
// thread for each packet costs the proxy more than sending it. It is what a successor may wait for,
// too.
constexpr std::chrono::milliseconds kGathering{1};

}  // namespace

VaultStream::VaultStream(boost::asio::io_context& io, Vault& vault, LogLimiter& no_room,
                         Handlers handlers)
    : vault_(vault),
      delivery_(vault),
      no_room_(no_room),
      handlers_(std::move(handlers)),
      socket_(io),
      timer_(io) {
  vault_.begin_stream();
}

VaultStream::~VaultStream() {
  *alive_ = false;
}

base::Result<void> VaultStream::start(FileDescriptor socket) {
  const auto watched = watch(socket_, std::move(socket), "cannot watch the proxy's stream");
  if (!watched) return watched;
  wait_for_message();
  send();
  return {};
}

void VaultStream::drain() {
  if (socket_.is_open()) std::ignore = receive(kVaultPacketsWaiting);
}

// --- What the proxy wants -----------------------------------------------------------------------

void VaultStream::wait_for_message() {
  socket_.async_wait(Descriptor::wait_read,
                     [this, alive = alive_](const boost::system::error_code& error) {
                       if (error || !*alive) return;
                       const Reading reading = receive(kVaultPacketsAtOnce);
                       handlers_.on_change();
                       if (reading == Reading::Ended) return;
                       if (reading == Reading::Empty) std::this_thread::sleep_for(kGathering);
                       wait_for_message();
                     });
}

VaultStream::Reading VaultStream::receive(int packets) {
  const std::uint64_t no_room_before = vault_.figures().no_room;
  Reading reading = Reading::More;
  for (int i = 0; i < packets && reading == Reading::More; ++i) reading = receive_one();
  tell_of_no_room(no_room_before);
  return reading;
}

VaultStream::Reading VaultStream::receive_one() {
  std::array<std::uint8_t, kVaultPacketBytesMax> buffer;
  ReceivedPacket packet = receive_packet(socket_.native_handle(), buffer);
  if (packet.bytes < 0 && (errno == EAGAIN || errno == EINTR)) return Reading::Empty;
  // The proxy was killed before it had read everything. That is said once, and what it sent
  // follows.
  if (packet.bytes < 0 && errno == ECONNRESET) return Reading::More;
  if (packet.bytes <= 0) {
    end("the proxy has gone", false);
    return Reading::Ended;
  }
  const auto size = static_cast<std::size_t>(packet.bytes);
  const auto taken = size > buffer.size()
                         ? base::Error{"sent a packet of " + std::to_string(size) + " bytes"}
                         : vault_.take(base::ByteView(buffer).first(size),
                                       std::move(packet.descriptors), packet.cut);
  if (taken) return Reading::More;
  end("the proxy " + taken.error().message, true);
  return Reading::Ended;
}

void VaultStream::tell_of_no_room(std::uint64_t before) {
  const std::uint64_t missed = vault_.figures().no_room - before;
  if (missed == 0) return;
  const auto kept_back = no_room_.pass(std::chrono::steady_clock::now());
  if (!kept_back) return;
  spdlog::warn(
      "vault: no room for {} more connections of the proxy; they will not outlive it. Raise "
      "LimitNOFILE of wslb-agent.service ({} such lines were kept back)",
      missed, *kept_back);
}

void VaultStream::end(const std::string& reason, bool refused) {
  boost::system::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  handlers_.on_end(reason, refused);
}

// --- What the proxy gets ------------------------------------------------------------------------

void VaultStream::send() {
  while (socket_.is_open()) {
    const auto parcel = delivery_.next();
    if (!parcel) return;
    if (send_packet(socket_.native_handle(), parcel->bytes, parcel->descriptors)) {
      delivery_.sent();
    } else if (errno == EAGAIN) {
      return wait_for_room();
    } else if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN) {
      return;  // the end is seen when it is read
    } else {
      return wait_for_memory();  // or until fewer descriptors are under way
    }
  }
}

void VaultStream::wait_for_room() {
  socket_.async_wait(Descriptor::wait_write,
                     [this, alive = alive_](const boost::system::error_code& error) {
                       if (!error && *alive) send();
                     });
}

void VaultStream::wait_for_memory() {
  timer_.expires_after(kMemoryRetry);
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (!error && *alive) send();
  });
}

}  // namespace wslb::agent
