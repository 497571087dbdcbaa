// wslb-agent: the wiring diagram. All of this runs on one thread, in one io_context:
//
//   kernel ---- Netlink ---------+                    +--> Netlink (VIPs, by VipKeeper)
//   peers ----- VrrpSocket ------+--> Runner <-> core +--> VrrpSocket (adverts)
//   proxy ----- LocalProxy ------+       ^      Node  +--> Announcer (gratuitous ARP)
//   files, URLs - Tracking ------+       |            +--> EventLog --> wslbctl events, the log
//   wslbctl --- ControlDesk -------------+            +--> HookRunner (notify)
//
// StatusServer (`status-bind`) asks ControlDesk, on a thread of its own.
// StickyService has a thread of its own: peers and the proxy's sticky stream <-> sticky::Hub.
// LocalProxy's VaultService, which keeps the proxy's connections, has one too.
// LocalProxy is ProxyLink, or ExternalProxy for another one than ours. SequenceFile keeps where the
// signed adverts' numbers go on after a restart, Continuity what the next agent needs in order to
// go on where a killed one stopped.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "agent/announcer.h"
#include "agent/config_file.h"
#include "agent/continuity.h"
#include "agent/control_desk.h"
#include "agent/event_log.h"
#include "agent/hook_runner.h"
#include "agent/local_proxy.h"
#include "agent/namespace_lock.h"
#include "agent/netlink.h"
#include "agent/options.h"
#include "agent/privileges.h"
#include "agent/run_dir.h"
#include "agent/runner.h"
#include "agent/secret_file.h"
#include "agent/sequence_file.h"
#include "agent/signals.h"
#include "agent/status_server.h"
#include "agent/sticky_service.h"
#include "agent/systemd_notify.h"
#include "agent/tracking.h"
#include "daemon/log_output.h"
#include "daemon/start_attempt.h"

namespace wslb::agent {
namespace {

constexpr int kFailure = 1;
constexpr int kUsageError = 2;

int fail(const base::Error& error) {
  daemon::complain("wslb-agent: " + error.message);
  return kFailure;
}

// Null: there is something wrong with it, and everything wrong has been said.
std::unique_ptr<config::Config> load_config(const Options& options) {
  auto loaded = load_files(options.files);
  if (!loaded) {
    fail(loaded.error());
    return nullptr;
  }
  for (const config::Diagnostic& diagnostic : loaded->diagnostics.all()) {
    daemon::complain(diagnostic.to_string(), diagnostic.severity == config::Severity::Error
                                                 ? daemon::Priority::Error
                                                 : daemon::Priority::Warning);
  }
  if (loaded->diagnostics.has_errors()) return nullptr;
  const std::vector<std::string> obstacles = find_obstacles(loaded->config);
  for (const std::string& obstacle : obstacles) fail({obstacle});
  if (!obstacles.empty()) return nullptr;
  return std::make_unique<config::Config>(std::move(loaded->config));
}

// Where things lie that outlive a reboot: systemd's StateDirectory, if it gives one.
std::string state_path(const RunDir& run_dir, const std::string& name) {
  const char* const directory = std::getenv("STATE_DIRECTORY");
  return directory == nullptr ? run_dir.path(name) : directory + ("/" + name);
}

std::uint32_t wall_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

// A VIP must not stay with an agent that cannot go on.
int work_in_real_time(Runner& runner, const std::function<void()>& work) {
  become_realtime();
  int code = 0;
  try {
    work();
  } catch (const std::exception& error) {
    spdlog::critical("giving up, an error that must not happen: {}", error.what());
    runner.stop();
    code = kFailure;
  }
  become_ordinary();
  return code;
}

void tell_of_hook(EventLog& events, const std::string& section, const std::string& text) {
  daemon::log_event(spdlog::level::warn, "notify", section, text);
  events.append("notify", section, text, std::chrono::system_clock::now());
}

// What an agent is set up with; all of it outlives the rest.
struct Ground {
  const Options& options;
  const config::Config& config;
  const std::string& node;
  const RunDir& run_dir;
  EventLog& events;
  boost::asio::io_context& io;
  Netlink& netlink;
  Announcer& announcer;
  Continuity& continuity;
  const vrrp::Keyring& keys;
  DrainNote& drain_note;
  daemon::StartAttempt& attempt;
};

// Nothing: no `status-bind`. Its thread asks ours.
std::unique_ptr<StatusServer> make_status_server(const Ground& ground,
                                                 const std::unique_ptr<ControlDesk>& desk) {
  constexpr std::size_t kEventsShown = 300;
  const auto& bind = ground.config.cluster->status_bind;
  if (!bind) return nullptr;
  const base::Endpoint endpoint = bind->endpoint(*ground.config.cluster->find_node(ground.node));
  return std::make_unique<StatusServer>(
      endpoint, [&io = ground.io, &desk](StatusServer& web, StatusServer::Answer answer) {
        boost::asio::post(io, [&desk, &web, answer = std::move(answer)] {
          desk->status_with_traffic([&desk, &web, answer](const proto::Status& status) {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            auto state = std::make_shared<view::PageModel>(view::PageModel{
                status, desk->last_events(kEventsShown),
                std::chrono::duration_cast<std::chrono::milliseconds>(now).count()});
            web.post([answer, state = std::move(state)] { answer(state); });
          });
        });
      });
}

// What its thread has to say goes to ours; to the runner as soon as there is one.
base::Result<std::unique_ptr<StickyService>> open_sticky(const Ground& ground,
                                                         const std::unique_ptr<Runner>& runner) {
  return StickyService::open(
      ground.config, ground.node, digest_files(ground.options.files),
      state_path(ground.run_dir, "sticky-tables"),
      {.on_event =
           [&io = ground.io, &events = ground.events](const std::string& peer,
                                                      const std::string& text) {
             boost::asio::post(io, [&events, peer, text] {
               daemon::log_event(spdlog::level::info, "peer", peer, text);
               events.append("peer", peer, text, std::chrono::system_clock::now());
             });
           },
       .on_advert =
           [&io = ground.io, &runner](const std::string& peer, const PeerAdvert& advert) {
             boost::asio::post(io, [&runner, peer, advert] { runner->peer_advert(peer, advert); });
           }});
}

int work(const Ground& ground) {
  const auto& [options, config, node, run_dir, events, io, netlink, announcer, continuity, keys,
               drain_note, attempt] = ground;
  SystemdNotify systemd(io);
  SequenceFile sequence(io, run_dir.path("vrrp.seq"), wall_seconds());
  HookRunner hooks(io, config, std::bind_front(tell_of_hook, std::ref(events)));
  std::unique_ptr<Runner> runner;
  std::unique_ptr<LocalProxy> proxy;
  auto sticky = open_sticky(ground, runner);
  if (!sticky) return fail(sticky.error());
  const Runner::World world{io,
                            netlink,
                            announcer,
                            events,
                            continuity,
                            std::bind_front(&HookRunner::notify, &hooks),
                            std::bind_front(&StickyService::tell, sticky->get()),
                            [&proxy] { proxy->end_kept(); }};
  runner = std::make_unique<Runner>(world, config, node, keys, sequence.first());
  const EventLog::Follower teller(events, [&] { systemd.status(runner->status()); });
  auto tracking = Tracking::open(io, config, std::bind_front(&Runner::track_changed, runner.get()));
  if (!tracking) return fail(tracking.error());
  auto opened = LocalProxy::open(
      io, *config.cluster, run_dir, node,
      {.on_ready = std::bind_front(&Runner::proxy_ready, runner.get()),
       .on_lost = std::bind_front(&Runner::proxy_lost, runner.get()),
       .on_kept_ended = std::bind_front(&Runner::kept_ended, runner.get()),
       .make_sticky_stream = std::bind_front(&StickyService::make_stream, sticky->get())});
  if (!opened) return fail(opened.error());
  proxy = std::move(*opened);
  const auto desk = ControlDesk::open(
      {io, config.cluster->name, events, drain_note, *runner, *proxy, **sticky}, run_dir);
  if (!desk) return fail(desk.error());
  const auto web = make_status_server(ground, *desk);

  const auto stop = [&] {
    systemd.stopping();
    runner->stop();
    if (!ground.keys.empty()) sequence.stop();
    proxy->stop([&] {
      (*sticky)->stop();
      if (web) web->stop();
      hooks.finish([&ground] { ground.io.stop(); });
    });
  };
  Signals signals(io, stop, [&] { return !runner->status().proxy.awaited; });
  const EventLog::Follower looker(events, [&] { signals.look_again(); });
  (*sticky)->start();  // before this thread's priority, which new ones would have too
  if (web) web->start();
  return work_in_real_time(*runner, [&] {
    if (!ground.keys.empty()) sequence.start([&] { return runner->sequence_seconds(); });
    (*tracking)->start();
    runner->start(drain_note.drained());
    (*desk)->start();
    proxy->start();
    systemd.ready();
    ground.attempt.succeed();
    ground.io.run();
  });
}

int run(const Options& options, const config::Config& config, const std::string& node,
        daemon::StartAttempt& attempt) {
  auto run_dir = RunDir::open(options.run_dir);
  if (!run_dir) return fail(run_dir.error());
  const auto lock = lock_namespace();
  if (!lock) return fail(lock.error());
  EventLog events;  // outlives the sessions of its followers, which the io_context holds
  boost::asio::io_context io(1);
  auto netlink = Netlink::open(io);
  if (!netlink) return fail(netlink.error());
  auto announcer = Announcer::open();
  if (!announcer) return fail(announcer.error());
  const auto keys = read_secret(*config.cluster);
  if (!keys) return fail(keys.error());
  auto continuity = Continuity::open(run_dir->path("continuity"), section_identities(config));
  if (!continuity) return fail(continuity.error());
  DrainNote drain_note(state_path(*run_dir, "drained"));
  return work({options, config, node, *run_dir, events, io, **netlink, *announcer, **continuity,
               *keys, drain_note, attempt});
}

int start(const Options& options, daemon::StartAttempt& attempt) {
  const auto config = load_config(options);
  if (!config) return kFailure;
  const auto node = choose_node(*config->cluster, options.node);
  if (!node) return fail(node.error());
  if (const auto allowed = check_capabilities(); !allowed) return fail(allowed.error());
  std::signal(SIGPIPE, SIG_IGN);
  daemon::set_up_log("wslb-agent", options.log_level);
  spdlog::info("wslb-agent {} is node {} of cluster {}", WSLB_VERSION, *node,
               config->cluster->name);
  return run(options, *config, *node, attempt);
}

int check(const Options& options) {
  const auto config = load_config(options);
  if (!config) return kFailure;
  const auto node = choose_node(*config->cluster, options.node);
  // A check may be made anywhere, unless it says for which node.
  if (!node && !options.node.empty()) return fail(node.error());
  return std::puts("Configuration file is valid") < 0;
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) {
    fail(options.error());
    std::fputs(usage().c_str(), stderr);
    return kUsageError;
  }
  if (options->show_help) return std::fputs(usage().c_str(), stdout) < 0;
  if (options->show_version) return std::printf("wslb-agent %s\n", WSLB_VERSION) < 0;
  if (options->check_only) return check(*options);
  daemon::StartAttempt attempt(options->files);
  int code = kFailure;
  try {
    code = start(*options, attempt);
  } catch (const std::exception& error) {
    fail({"ends: " + std::string(error.what())});
  }
  if (code != 0) attempt.fail();
  return code;
}

}  // namespace
}  // namespace wslb::agent

int main(int argc, char** argv) {
  return wslb::agent::main(argc, argv);
}
