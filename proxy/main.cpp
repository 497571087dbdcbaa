// wslb-proxy: flags, configuration, sockets, background, threads; in this order.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"
#include "config/config.h"
#include "config/predicate.h"
#include "proxy/error_files.h"
#include "proxy/listening_socket.h"
#include "proxy/options.h"
#include "proxy/process.h"
#include "proxy/server.h"
#include "proxy/server_names.h"
#include "proxy/service.h"

namespace wslb::proxy {
namespace {

constexpr int kExitNoListener = 2;  // as HAProxy
constexpr std::uint32_t kStatsBacklog = 64;

void print(const config::Diagnostics& diagnostics) {
  for (const config::Diagnostic& diagnostic : diagnostics.all()) {
    std::fprintf(stderr, "%s\n", diagnostic.to_string().c_str());
  }
}

// A directory stands for its *.cfg files in the order of their names, as in HAProxy.
std::vector<std::string> expand(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    const std::size_t first = files.size();
    for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) {
      const std::string name = entry.path().filename().string();
      const bool taken = name.ends_with(".cfg") && !name.starts_with('.');
      if (taken && entry.is_regular_file(ignored)) files.push_back(entry.path().string());
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

// All that is wrong, or nothing.
std::optional<config::Config> load(const std::vector<std::string>& files) {
  std::vector<config::Source> sources;
  for (const std::string& file : expand(files)) {
    base::Result<std::string> text = base::read_file(file);
    if (!text) {
      std::fprintf(stderr, "%s\n", text.error().message.c_str());
      return std::nullopt;
    }
    sources.push_back({file, std::move(*text)});
  }
  config::LoadResult loaded = config::load(sources, base::environment(), base::read_file);
  read_error_files(loaded.config, loaded.diagnostics);
  if (!loaded.diagnostics.has_errors()) resolve_server_names(loaded.config, loaded.diagnostics);
  print(loaded.diagnostics);
  if (loaded.diagnostics.has_errors()) return std::nullopt;
  return std::move(loaded.config);
}

// Every bind line, or the reasons why not.
std::optional<std::vector<OpenBind>> open_all(Service& service, std::uint32_t maxconn) {
  std::vector<OpenBind> binds;
  bool failed = false;
  for (const auto& frontend : service.frontends) {
    const config::ProxySection& section = frontend->section;
    const std::uint32_t limit = section.maxconn > 0 ? section.maxconn : maxconn;
    for (const config::Bind& bind : section.binds) {
      const auto fd = open_listening_socket(bind, bind.backlog > 0      ? bind.backlog
                                                  : section.backlog > 0 ? section.backlog
                                                                        : limit);
      if (fd) {
        binds.push_back({frontend.get(), &bind, *fd});
      } else {
        std::fprintf(stderr, "%s\n", fd.error().message.c_str());
        failed = true;
      }
    }
  }
  if (failed) return std::nullopt;
  return binds;
}

// One for each `stats socket`, or the reasons why not.
std::optional<std::vector<int>> open_stats_sockets(const config::Config& config) {
  std::vector<int> sockets;
  for (const config::StatsSocket& configured : config.global.stats_sockets) {
    const auto fd = open_listening_socket(configured.bind, kStatsBacklog);
    if (!fd) {
      std::fprintf(stderr, "%s\n", fd.error().message.c_str());
      return std::nullopt;
    }
    sockets.push_back(*fd);
  }
  return sockets;
}

int serve(const Options& options, const config::Config& config, std::shared_ptr<TlsStore> tls) {
  base::Result<SyslogSender> syslog = SyslogSender::open();
  if (!syslog) {
    std::fprintf(stderr, "%s\n", syslog.error().message.c_str());
    return 1;
  }
  const std::uint32_t possible = maxconn_for(raise_open_files_limit());
  const std::uint32_t maxconn = config.global.maxconn > 0 ? config.global.maxconn : possible;
  if (maxconn > possible) {
    spdlog::warn(
        "global maxconn {} needs {} open files, but the limit allows maxconn {}; raise "
        "the limit (LimitNOFILE=) or lower maxconn",
        maxconn, 2ULL * maxconn, possible);
  }
  Service service(config, maxconn, std::move(*syslog));
  service.tls = std::move(tls);
  const auto stats_sockets = open_stats_sockets(config);
  if (!stats_sockets) return 1;
  const auto binds = open_all(service, maxconn);
  if (!binds) return 1;
  if ((options.daemon || config.global.daemon) && !options.foreground) go_to_background();
  const std::string& pidfile = options.pidfile.empty() ? config.global.pidfile : options.pidfile;
  if (!pidfile.empty()) {
    if (const auto written = write_pidfile(pidfile); !written) {
      std::fprintf(stderr, "%s\n", written.error().message.c_str());
      return 1;
    }
  }
  const std::size_t threads = config.global.nbthread > 0
                                  ? static_cast<std::size_t>(config.global.nbthread)
                                  : std::max(1U, std::thread::hardware_concurrency());
  Server server(service, *binds, *stats_sockets, threads, options.agent_socket);
  spdlog::info("wslb-proxy {} serves: {} listening sockets, {} threads, maxconn {}", WSLB_VERSION,
               binds->size(), threads, maxconn);
  server.run();
  if (!pidfile.empty()) ::unlink(pidfile.c_str());
  std::fflush(nullptr);
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

int run(const Options& options) {
  if (options.version) return print_version(options.features);
  if (options.condition) return evaluate(*options.condition);
  const auto config = load(options.files);
  if (!config) return 1;
  const bool listens = std::ranges::any_of(
      config->proxies, [](const config::ProxySection& section) { return !section.binds.empty(); });
  if (!listens) {
    std::fprintf(stderr, "no 'bind' line in the configuration: wslb-proxy has nothing to do\n");
    return kExitNoListener;
  }
  const auto tls = std::make_shared<TlsStore>(*config);
  config::Diagnostics found;
  const bool loaded = tls->load(found);
  print(found);
  if (!loaded) return 1;
  if (options.check_only) {
    std::printf("Configuration file is valid\n");
    return 0;
  }
  if (options.debug) spdlog::set_level(spdlog::level::debug);
  return serve(options, *config, tls);
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
  return wslb::proxy::run(*options);
}
