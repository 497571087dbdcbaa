// `proxy external`: the proxy is HAProxy or anything else that writes a pid file and answers an
// HTTP check. Up: a process that the pid file names lives, and the check says so. The processes are
// watched by pidfds, so that their death is seen the moment it happens; a hang is seen by the
// check.
//
// A reload is neither. It shows as a new pid in the file (`haproxy -sf OLD`) or as a newer child of
// the same process (master-worker mode); of a master's children the newest serves, older ones just
// finish. When a watched process dies, and neither is there, one question decides: whoever bound
// the port before the file names it will answer, and nobody answers for the dead, at once. Used by
// the wiring in main, where ProxyLink is used for our own proxy.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/descriptor.h"
#include "agent/file_watch.h"
#include "agent/url_probe.h"
#include "base/result.h"
#include "config/cluster.h"

namespace wslb::agent {

class ExternalProxy {
 public:
  struct Handlers {
    std::function<void(std::int32_t pid)> on_ready;  // also when another process goes on serving
    std::function<void(const std::string& reason)> on_lost;  // after on_ready only
  };

  static base::Result<std::unique_ptr<ExternalProxy>> open(boost::asio::io_context& io,
                                                           const config::ExternalProxy& config,
                                                           Handlers handlers);
  ExternalProxy(boost::asio::io_context& io, const config::ExternalProxy& config,
                Handlers handlers);

  // A process is there, and the check has not failed.
  [[nodiscard]] bool starting() const { return main_process() != 0 && probe_.up() != false; }
  // Why it is not up; empty: it is.
  [[nodiscard]] std::string reason() const;

 private:
  struct Process {
    std::int32_t pid = 0;
    std::int32_t parent = 0;  // 0: named by the pid file
    std::uint64_t started = 0;
  };
  struct Watched {
    Process process;
    Descriptor descriptor;  // a pidfd: readable once the process is dead
  };

  void look();
  void read_pid_file();
  void follow_all();
  [[nodiscard]] bool follow(std::int32_t pid, std::int32_t parent);
  [[nodiscard]] std::int32_t follow_newest_worker(std::int32_t pid);
  void wait_for_death(Watched& watched);
  void take_dead();
  [[nodiscard]] bool has_successor(const Process& dead) const;
  [[nodiscard]] std::int32_t main_process() const;  // 0: none lives
  void on_answer();
  void wait_for_successor();
  void settle();
  void lose(const std::string& reason);

  boost::asio::io_context& io_;
  std::string pid_file_;
  std::string url_;
  Handlers handlers_;
  UrlProbe probe_;
  std::unique_ptr<FileWatch> file_watch_;
  boost::asio::steady_timer successor_timer_;
  std::string file_error_;           // why the pid file names nobody
  std::vector<std::int32_t> read_;   // all that the pid file names; empty: to be looked at again
  std::vector<std::int32_t> named_;  // the living that it named last
  std::map<std::int32_t, std::unique_ptr<Watched>> watched_;
  std::optional<Process> dead_;  // it died, and it is in doubt whether anybody serves
  std::chrono::steady_clock::time_point died_;
  std::string probe_reason_;
  std::int32_t pid_ = 0;  // that was told
  bool ready_ = false;
};

}  // namespace wslb::agent
