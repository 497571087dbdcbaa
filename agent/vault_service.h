// The vault at work, on a thread of its own: thousands of descriptors that come, go or are closed
// delay no advert. The agent's own thread starts and stops it, asks it for the proxy's end of a
// stream, says when the time of a dead proxy's successor is over, and asks how things stand.
//
// Whose proxy is dead, and who is ready in time, the core decides. Only what no proxy is left for
// at all, and nobody decides about, goes by itself: a second after the core would have decided.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/file_descriptor.h"
#include "agent/log_limiter.h"
#include "agent/vault.h"
#include "agent/vault_stream.h"
#include "base/result.h"
#include "base/time.h"

namespace wslb::agent {

class VaultService {
 public:
  // `patience`: the time of a dead proxy's successor. `descriptors`: that this process may have.
  VaultService(base::Duration patience, std::size_t descriptors);
  ~VaultService();
  VaultService(const VaultService&) = delete;
  VaultService& operator=(const VaultService&) = delete;

  void start();
  void stop();  // closes everything; returns when the thread has ended

  // The proxy's end of a new stream; the agent keeps nothing of it. The former stream ends.
  [[nodiscard]] base::Result<FileDescriptor> make_stream();
  // Ends the connections, whoever has descriptors of theirs. Where a proxy has a stream, it goes on
  // with the arena and the listeners; else these are closed too. `done` is called on the vault's
  // thread.
  void end_connections(std::function<void()> done);
  // The proxy is dead.
  void orphan();

  // A proxy has begun to have its connections kept: the next one is worth waiting for.
  [[nodiscard]] bool keeps() const { return keeps_; }
  [[nodiscard]] Vault::Figures figures() const;

 private:
  void replace_stream(FileDescriptor socket);
  void on_end(const std::string& reason, bool refused);
  void await_heir();
  void update_figures();

  base::Duration patience_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  Vault vault_;
  std::unique_ptr<VaultStream> stream_;
  std::uint64_t stream_number_ = 0;
  LogLimiter no_room_;
  boost::asio::steady_timer heir_timer_;
  std::uint64_t refused_ = 0;
  std::atomic<bool> keeps_ = false;
  mutable std::mutex mutex_;
  Vault::Figures figures_;  // under the mutex
  std::thread thread_;
};

}  // namespace wslb::agent
