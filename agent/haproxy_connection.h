// The socket of one peers::Session: reads, writes, keeps its deadlines. Its memory is bounded: one
// piece of input, one of output, which is made when the socket takes it. Kept alive by its own
// pending operations until it ends; made by HaproxyPeers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/haproxy_store.h"
#include "agent/peers/session.h"
#include "base/bytes.h"
#include "base/ip_address.h"

namespace wslb::agent {

class HaproxyConnection : public std::enable_shared_from_this<HaproxyConnection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  struct Handlers {
    // Somebody has dialled us and said his name: session().admit() or end().
    std::function<void(const std::shared_ptr<HaproxyConnection>&)> on_greeted;
    // After the handshake, and whenever something was received.
    std::function<void(HaproxyConnection&)> on_progress;
    // Once, and not for end().
    std::function<void(HaproxyConnection&, const std::string& reason)> on_ended;
  };

  HaproxyConnection(Socket socket, peers::Session::Settings settings, HaproxyStore& store,
                    Handlers handlers);

  void dial(const base::Endpoint& address);  // of a Dialler
  void start();                              // of a Listener, whose socket is connected
  void flush();                              // sends what there is to send
  void end();

  [[nodiscard]] peers::Session& session() { return session_; }
  [[nodiscard]] const peers::Session& session() const { return session_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }  // entries
  [[nodiscard]] const std::string& remote() const { return remote_; }

 private:
  void read();
  void on_read(std::size_t bytes);
  void arm_deadline();
  void fail(const std::string& reason);
  void conclude();

  static constexpr std::size_t kPieceBytes = 32768;

  Socket socket_;
  boost::asio::steady_timer deadline_;
  HaproxyStore& store_;
  Handlers handlers_;
  peers::Session session_;
  std::string remote_;  // "10.0.0.3:1024"
  std::array<std::uint8_t, kPieceBytes> input_{};
  base::Bytes output_;
  std::uint64_t received_ = 0;
  bool writing_ = false;
  bool was_established_ = false;
  bool ended_ = false;
};

}  // namespace wslb::agent
