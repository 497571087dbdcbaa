// The sticky stream to this host's proxy: a seqpacket socket of which the proxy got the other end
// with the agent's hello, and proto/sticky.proto on it. Carries the frames of a
// sticky::ProxySession. Used by StickyService, on the sticky thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "agent/descriptor.h"
#include "agent/sticky/hub.h"

namespace wslb::agent {

class ProxyStream {
 public:
  struct Handlers {
    std::function<void()> on_change;  // what came is to be kept and told on; then call send()
    std::function<void(const std::string& reason)> on_end;
  };

  ProxyStream(boost::asio::io_context& io, sticky::ProxySession& session, Handlers handlers);
  ~ProxyStream();
  ProxyStream(const ProxyStream&) = delete;
  ProxyStream& operator=(const ProxyStream&) = delete;

  [[nodiscard]] base::Result<void> start(FileDescriptor socket);
  void send();  // what the session has, as far as the proxy takes it

 private:
  void wait_for_message();
  void wait_for_room();
  [[nodiscard]] bool receive();  // false: the end
  bool transmit();
  void end(const std::string& reason);

  sticky::ProxySession& session_;
  Handlers handlers_;
  Descriptor socket_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::string output_;  // a packet that the socket did not take
  bool waiting_ = false;
};

// A packet of the proxy's, for the session. The error is a clause: "sent ...".
[[nodiscard]] base::Result<void> take_packet(base::ByteView packet, sticky::ProxySession& session,
                                             base::TimePoint now);

}  // namespace wslb::agent
