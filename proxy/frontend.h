// A frontend or listen section that clients connect to. Its figures outlive a reload: the frontend
// of the same name in the next configuration goes on with them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "config/proxy_section.h"
#include "proxy/connection_gate.h"
#include "proxy/statistics.h"

namespace wslb::proxy {

class ServerPool;

struct FrontendFigures {
  explicit FrontendFigures(std::uint32_t maxconn) : gate(maxconn), configured_maxconn(maxconn) {}

  enum class State : std::uint8_t { Open, Paused, Stopped };

  ConnectionGate gate;
  std::uint32_t configured_maxconn;       // the gate's may be an operator's
  std::atomic<State> state{State::Open};  // of its listeners, as operators want it
  Statistics statistics;
  std::atomic<std::uint64_t> refused_connections{0};  // before their session began
  std::atomic<std::uint32_t> log_lines{0};
};

struct Frontend {
  Frontend(const config::ProxySection& configured, std::shared_ptr<FrontendFigures> kept)
      : section(configured), figures(std::move(kept)) {}

  using State = FrontendFigures::State;

  const config::ProxySection& section;
  std::shared_ptr<FrontendFigures> figures;
  std::vector<ServerPool*> use_backends;  // beside section.use_backends
  ServerPool* default_backend = nullptr;  // null: 503

  ConnectionGate& gate = figures->gate;
  std::atomic<State>& state = figures->state;
  Statistics& statistics = figures->statistics;
  std::atomic<std::uint64_t>& refused_connections = figures->refused_connections;
  std::atomic<std::uint32_t>& log_lines = figures->log_lines;
};

}  // namespace wslb::proxy
