// The stream between the vault and this host's proxy: a seqpacket socket of which the proxy got the
// other end with the agent's hello, and proto/vault.proto on it. First it hands over what is kept,
// then it takes what the proxy wants kept; it never waits for the proxy to read. Used by
// VaultService, on the vault's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/descriptor.h"
#include "agent/log_limiter.h"
#include "agent/vault.h"
#include "agent/vault_delivery.h"

namespace wslb::agent {

class VaultStream {
 public:
  struct Handlers {
    std::function<void()> on_change;  // what is kept may be something else now
    // `refused`: for what the proxy sent. The reason is a clause: "the proxy ...".
    std::function<void(const std::string& reason, bool refused)> on_end;
  };

  // The vault's stream from now on.
  VaultStream(boost::asio::io_context& io, Vault& vault, LogLimiter& no_room, Handlers handlers);
  ~VaultStream();
  VaultStream(const VaultStream&) = delete;
  VaultStream& operator=(const VaultStream&) = delete;

  [[nodiscard]] base::Result<void> start(FileDescriptor socket);
  // Takes all that the proxy has sent: before another stream begins, since it may be dead.
  void drain();

 private:
  enum class Reading : std::uint8_t { Empty, More, Ended };

  void wait_for_message();
  void wait_for_room();
  void wait_for_memory();
  [[nodiscard]] Reading receive(int packets);
  [[nodiscard]] Reading receive_one();
  void send();
  void tell_of_no_room(std::uint64_t before);
  void end(const std::string& reason, bool refused);

  Vault& vault_;
  VaultDelivery delivery_;
  LogLimiter& no_room_;
  Handlers handlers_;
  Descriptor socket_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wslb::agent
