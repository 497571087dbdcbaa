#include "agent/vault_service.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include "agent/packet_socket.h"

namespace wslb::agent {
namespace {

// For the agent itself, and for a packet's descriptors before it is known whether they are kept.
constexpr std::size_t kDescriptorsOfOurs = 512;
constexpr std::size_t kTableAtFirst = 32768;
constexpr base::Duration kHeirGrace = std::chrono::seconds(1);

// The table of descriptors doubles when it is full, and each time waits for all processors where
// several threads have it: whoever opens anything meanwhile waits too, also the agent's thread.
void enlarge_table(std::size_t descriptors) {
  const auto last = static_cast<int>(std::min(kTableAtFirst, descriptors)) - 1;
  const FileDescriptor highest(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, last));
}

std::size_t most_kept(std::size_t descriptors) {
  return descriptors > 2 * kDescriptorsOfOurs ? descriptors - kDescriptorsOfOurs : descriptors / 2;
}

}  // namespace

VaultService::VaultService(base::Duration patience, std::size_t descriptors)
    : patience_(patience),
      work_(io_.get_executor()),
      vault_(most_kept(descriptors)),
      heir_timer_(io_) {
  enlarge_table(descriptors);
}

VaultService::~VaultService() {
  stop();
}

void VaultService::start() {
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "vault");
    io_.run();
  });
}

void VaultService::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] {
    stream_.reset();
    vault_.clear();
    heir_timer_.cancel();
    work_.reset();
    io_.stop();
  });
  thread_.join();
}

base::Result<FileDescriptor> VaultService::make_stream() {
  auto made = make_packet_sockets();
  if (!made) return base::Error{"no stream to the vault: " + made.error().message};
  auto ours = std::make_shared<FileDescriptor>(std::move(made->ours));
  boost::asio::post(io_, [this, ours] { replace_stream(std::move(*ours)); });
  return std::move(made->theirs);
}

// What the dead proxy sent last its successor has to get.
void VaultService::replace_stream(FileDescriptor socket) {
  if (stream_) stream_->drain();
  heir_timer_.cancel();
  ++stream_number_;
  stream_ = std::make_unique<VaultStream>(
      io_, vault_, no_room_,
      VaultStream::Handlers{
          .on_change = [this] { update_figures(); },
          .on_end = [this](const std::string& reason, bool refused) { on_end(reason, refused); }});
  update_figures();
  const Vault::Figures now = figures();
  if (now.slots + now.listeners > 0) {
    spdlog::info("vault: {} connections and {} listeners for the next proxy", now.slots,
                 now.listeners);
  }
  const auto started = stream_->start(std::move(socket));
  if (started) return;
  spdlog::error("vault: {}", started.error().message);
  stream_.reset();
}

void VaultService::on_end(const std::string& reason, bool refused) {
  boost::asio::post(io_, [this, ended = stream_number_] {
    if (stream_number_ == ended) stream_.reset();
  });
  if (refused) {
    ++refused_;
    return spdlog::error("vault: {}; nothing more is kept for it", reason);
  }
  await_heir();
}

void VaultService::orphan() {
  boost::asio::post(io_, [this] {
    if (!stream_) await_heir();
  });
}

void VaultService::await_heir() {
  heir_timer_.expires_after(patience_ + kHeirGrace);
  heir_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stream_ || vault_.is_empty()) return;
    spdlog::info("vault: closing what {} connections are kept of a proxy that has gone",
                 vault_.slots().size());
    vault_.clear();
    update_figures();
  });
}

void VaultService::end_connections(std::function<void()> done) {
  boost::asio::post(io_, [this, done = std::move(done)] {
    if (!vault_.slots().empty()) {
      spdlog::warn("vault: ends the {} connections of a proxy that has no successor",
                   vault_.slots().size());
    }
    vault_.end_connections();
    if (!stream_) vault_.clear();
    update_figures();
    done();
  });
}

void VaultService::update_figures() {
  Vault::Figures now = vault_.figures();
  now.refused = refused_;
  keeps_ = now.arena;
  const std::lock_guard lock(mutex_);
  figures_ = now;
}

Vault::Figures VaultService::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace wslb::agent
