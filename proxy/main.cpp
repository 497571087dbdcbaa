// wslb-proxy: flags, configuration, sockets, background, threads; in this order.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/close_range.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/environment.h"
#include "config/config.h"
#include "config/predicate.h"
#include "daemon/log_output.h"
#include "daemon/start_attempt.h"
#include "proxy/configuration_reader.h"
#include "proxy/listener_set.h"
#include "proxy/listening_socket.h"
#include "proxy/options.h"
#include "proxy/process.h"
#include "proxy/server.h"
#include "proxy/service.h"
#include "proxy/vault_claim.h"

namespace wslb::proxy {
namespace {

constexpr int kExitNoListener = 2;  // as HAProxy
constexpr std::uint32_t kStatsBacklog = 64;

void print(const std::vector<std::string>& lines) {
  // Each says what it is: "wslb.cfg:7: warning: ...".
  for (const std::string& line : lines) {
    const bool warns = line.find(": warning: ") != std::string::npos;
    daemon::complain(line, warns ? daemon::Priority::Warning : daemon::Priority::Error);
  }
}

// One for each `stats socket`, or the reasons why not.
std::optional<std::vector<int>> open_stats_sockets(const config::Config& config) {
  std::vector<int> sockets;
  for (const config::StatsSocket& configured : config.global.stats_sockets) {
    const auto fd = open_listening_socket(configured.bind, kStatsBacklog);
    if (!fd) {
      daemon::complain(fd.error().message);
      return std::nullopt;
    }
    sockets.push_back(*fd);
  }
  return sockets;
}

// The pid file's path; empty: there is none. Nothing: it cannot be written.
std::optional<std::string> note_pid(const Options& options, const config::Global& global) {
  const std::string& path = options.pidfile.empty() ? global.pidfile : options.pidfile;
  if (path.empty()) return path;
  const auto written = write_pidfile(path);
  if (written) return path;
  daemon::complain(written.error().message);
  return std::nullopt;
}

// The program may be another one by now, of a newer package. It inherits what this one did, and
// nothing else: what stayed open would look to the agent as if this one went on.
[[noreturn]] void begin_anew(const config::Config& config, char** argv) {
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  for (const config::ProxySection& section : config.proxies) {
    for (const config::Bind& bind : section.binds) {
      if (bind.inherited_fd) ::fcntl(*bind.inherited_fd, F_SETFD, 0);
    }
  }
  ::execvp(argv[0], argv);
  daemon::complain("cannot start " + std::string(argv[0]) + " anew: " + std::strerror(errno));
  std::_Exit(1);
}

int serve(const Options& options, const ConfigurationSource& source, const ReadConfiguration& read,
          daemon::StartAttempt& attempt, char** argv) {
  const config::Global& global = read.config->global;
  base::Result<SyslogSender> syslog = SyslogSender::open();
  if (!syslog) {
    daemon::complain(syslog.error().message);
    return 1;
  }
  ProcessState process(maxconn_of(global), std::move(*syslog));
  process.threads = global.nbthread > 0 ? static_cast<std::size_t>(global.nbthread)
                                        : std::max(1U, std::thread::hardware_concurrency());
  const auto stats_sockets = open_stats_sockets(*read.config);
  if (!stats_sockets) return 1;
  const bool background = (options.daemon || global.daemon) && !options.foreground;
  // The agent watches the process that says hello to it.
  if (background && !options.agent_socket.empty()) go_to_background();
  ClaimedVault vault;
  if (!options.agent_socket.empty()) vault = claim_vault(options.agent_socket);
  const OpenedBinds opened =
      open_binds(*read.config, process.gate.max(), std::exchange(vault.listeners, {}));
  print(opened.complaints);
  if (!opened.complaints.empty()) return 1;
  if (background && options.agent_socket.empty()) go_to_background();
  const auto pidfile = note_pid(options, global);
  if (!pidfile) return 1;
  Server server(process, std::make_shared<Service>(read.config, read.tls, process),
                {opened.binds, *stats_sockets, std::move(vault)}, source, options.agent_socket);
  spdlog::info("wslb-proxy {} serves: {} listening sockets, {} threads, maxconn {}", WSLB_VERSION,
               opened.binds.size(), process.threads, process.gate.max());
  take_reloads();
  attempt.succeed();
  server.run();
  if (!pidfile->empty() && !process.returns) ::unlink(pidfile->c_str());
  std::fflush(nullptr);
  if (process.returns) begin_anew(*read.config, argv);
  // The kernel closes every connection at once; unwinding thousands of sessions would only delay.
  std::_Exit(0);
}

int print_version(bool features) {
  std::printf("wslb-proxy version %s\n", WSLB_VERSION);
  if (!features) return 0;
  std::printf("Speaks the language of HAProxy version %s\n\n",
              std::string(config::kHaproxyVersion).c_str());
  std::printf("Feature list :");
  for (const std::string_view feature : config::haproxy_features()) {
    std::printf(" +%s", std::string(feature).c_str());
  }
  std::printf("\n");
  return 0;
}

// HAProxy's exit codes: 0 it holds, 1 it does not, 2 it is none.
int evaluate(const std::string& condition) {
  const auto holds = config::evaluate_predicate(condition, base::environment());
  if (holds) return *holds ? 0 : 1;
  std::fprintf(stderr, "-cc '%s' %s\n", condition.c_str(), holds.error().message.c_str());
  return 2;
}

// 0: it can be served.
int judge(const ReadConfiguration& read) {
  print(read.messages);
  if (read.config == nullptr) return 1;
  if (read.listens()) return 0;
  daemon::complain("no 'bind' line in the configuration: wslb-proxy has nothing to do");
  return kExitNoListener;
}

int run(const Options& options, char** argv) {
  if (options.version) return print_version(options.features);
  if (options.condition) return evaluate(*options.condition);
  hold_reloads();  // one that comes meanwhile may be about a file that was read already
  const ConfigurationSource source{
      options.files, options.compat_1x ? config::Dialect::WithHaproxy1 : config::Dialect::Modern};
  daemon::StartAttempt attempt(options.files);
  const ReadConfiguration read = read_configuration(source);
  int code = judge(read);
  if (options.check_only) {
    if (code == 0) std::printf("Configuration file is valid\n");
    return code;
  }
  if (daemon::journal_reads_stderr()) daemon::set_up_log("wslb-proxy", "info");
  if (options.debug) spdlog::set_level(spdlog::level::debug);
  if (code == 0) code = serve(options, source, read, attempt, argv);
  if (code != 0) attempt.fail();
  return code;
}

}  // namespace
}  // namespace wslb::proxy

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto options = wslb::proxy::parse_options(arguments);
  if (!options) {
    std::fprintf(stderr, "%s\n", options.error().message.c_str());
    return 1;
  }
  return wslb::proxy::run(*options, argv);
}
