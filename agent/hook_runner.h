// `notify PROGRAM [ARGUMENT...]`: runs it on each change of a section's state, with WSLB_VRRP,
// WSLB_STATE, WSLB_OLD_STATE, WSLB_PRIORITY and WSLB_REASON in its environment. Without a shell,
// one at a time for each section, in order; one that takes longer than ten seconds is killed with
// what it started. The agent never waits for a hook: while one runs, only the last change is kept.
// Used by the wiring in main.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/core/effect.h"
#include "agent/descriptor.h"
#include "config/config.h"

namespace wslb::agent {

class HookRunner {
 public:
  static constexpr std::chrono::seconds kDeadline{10};
  // A hook failed; `section` is the name of the vrrp section.
  using Failed = std::function<void(const std::string& section, const std::string& text)>;

  HookRunner(boost::asio::io_context& io, const config::Config& config, Failed failed);

  // Of an event with a change. Nothing is started here: starting waits for the event loop, so that
  // it never comes between two effects of one input.
  void notify(const core::Emit& event);
  // `done` is called when no hook runs or waits.
  void finish(std::function<void()> done);

 private:
  struct Run {
    Descriptor process;  // a pidfd
    std::int32_t pid = 0;
    bool killed = false;
  };
  // A section with `notify`, else with an empty command.
  struct Lane {
    Lane(boost::asio::io_context& io, const config::VrrpSection& settings)
        : section(settings.name), command(settings.notify), deadline(io) {}

    std::string section;
    std::vector<std::string> command;
    boost::asio::steady_timer deadline;
    std::deque<core::Emit> waiting;  // one behind the one that runs
    std::optional<Run> run;
  };

  void start_next(Lane& lane);
  [[nodiscard]] base::Result<void> start(Lane& lane, const core::Emit& event);
  void wait_for_end(Lane& lane);
  void on_end(Lane& lane);
  void tell_if_finished();

  boost::asio::io_context& io_;
  Failed failed_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // by section
  std::function<void()> finished_;
};

}  // namespace wslb::agent
