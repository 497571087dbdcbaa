// Learns the session that an Engine.IO server has just opened, for `stick on engineio-sid`: sees
// the begin of the response as it passes, and notes the server under the session's id before the
// client can know it. For one response, or for the tunnel that a 101 has opened, whose entry it
// then holds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/http/engineio_handshake.h"
#include "proxy/stick_table.h"
#include "proxy/tunnel_watch.h"

namespace wslb::proxy {

class SidLearner : public TunnelWatch {
 public:
  struct Server {
    std::string name;     // as the tables call it
    std::string address;  // likewise, those with `srvkey addr`
    std::uint32_t id = 0;
  };
  SidLearner(http::EngineIoHandshake::Form form, std::vector<std::shared_ptr<StickTable>> tables,
             Server server)
      : form_(form), handshake_(form), tables_(std::move(tables)), server_(std::move(server)) {}

  bool see(std::string_view from_server) override;

 private:
  void note(const std::shared_ptr<StickTable>& table);

  http::EngineIoHandshake::Form form_;
  http::EngineIoHandshake handshake_;
  std::vector<std::shared_ptr<StickTable>> tables_;
  Server server_;
  std::vector<StickHold> holds_;
};

}  // namespace wslb::proxy
