#include "proxy/frontend_commands.h"

#include <algorithm>
#include <charconv>

namespace wslb::proxy {
namespace {

Frontend* find_frontend(RuntimeContext& context, const std::string& name) {
  return context.service->find_frontend(name);
}

void set_state(RuntimeContext& context, Frontend& frontend, Frontend::State state) {
  frontend.state = state;
  context.obey(frontend);
}

std::string set_maxconn_of_gate(ConnectionGate& gate, const Service& service,
                                const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return "Value out of range.\n";
  gate.set_max(value);
  service.process.on_connection_end();  // who was refused a place may have one now
  return "";
}

}  // namespace

std::string set_maxconn_frontend(RuntimeContext& context, const CommandWords& words) {
  Frontend* const frontend = find_frontend(context, words[3]);
  if (frontend == nullptr) return "No such frontend.\n";
  return set_maxconn_of_gate(frontend->gate, *context.service, words[4]);
}

std::string set_maxconn_global(RuntimeContext& context, const CommandWords& words) {
  return set_maxconn_of_gate(context.service->process.gate, *context.service, words[3]);
}

std::string clear_counters(RuntimeContext& context, const CommandWords& words) {
  const bool all = words[2] == "all";
  for (const auto& frontend : context.service->frontends) {
    all ? frontend->statistics.reset() : frontend->statistics.sessions_most.reset();
  }
  for (const auto& [name, pool] : context.service->pools) pool->clear_statistics(all);
  return "";
}

std::string disable_frontend(RuntimeContext& context, const CommandWords& words) {
  Frontend* const frontend = find_frontend(context, words[2]);
  if (frontend == nullptr) return "No such frontend.\n";
  using State = Frontend::State;
  if (frontend->state == State::Stopped) {
    return "Frontend was previously shut down, cannot disable.\n";
  }
  if (frontend->state == State::Paused) return "All sockets are already disabled.\n";
  set_state(context, *frontend, State::Paused);
  return "";
}

std::string enable_frontend(RuntimeContext& context, const CommandWords& words) {
  Frontend* const frontend = find_frontend(context, words[2]);
  if (frontend == nullptr) return "No such frontend.\n";
  using State = Frontend::State;
  if (frontend->state == State::Stopped) {
    return "Frontend was previously shut down, cannot enable.\n";
  }
  if (frontend->state == State::Open) return "All sockets are already enabled.\n";
  set_state(context, *frontend, State::Open);
  return "";
}

std::string shutdown_frontend(RuntimeContext& context, const CommandWords& words) {
  Frontend* const frontend = find_frontend(context, words[2]);
  if (frontend == nullptr) return "No such frontend.\n";
  using State = Frontend::State;
  if (frontend->state == State::Stopped) return "Frontend was already shut down.\n";
  set_state(context, *frontend, State::Stopped);
  return "";
}

std::string shutdown_session(RuntimeContext& context, const CommandWords& words) {
  std::uint64_t id = 0;
  const std::string& text = words[2];
  const bool prefixed = text.starts_with("0x");
  const char* const begin = text.data() + (prefixed ? 2 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), id, 16);
  if (error != std::errc() || id == 0) return "Session pointer expected (use 'show sess').\n";
  const bool whole = end == text.data() + text.size();
  const bool open = whole && std::ranges::count(context.live.sessions, id, &SessionFacts::id) > 0;
  if (!open) return "No such session (use 'show sess').\n";
  context.cut_session(id);
  return "";
}

}  // namespace wslb::proxy
