#include "ctl/commands.h"

#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/environment.h"
#include "base/file.h"
#include "config/config.h"
#include "ctl/answer_json.h"
#include "ctl/client.h"
#include "ctl/command_table.h"
#include "ctl/doctor_command.h"
#include "ctl/failover_watch.h"
#include "ctl/format.h"
#include "ctl/import_command.h"
#include "ctl/inquiry.h"
#include "ctl/keygen.h"
#include "ctl/top.h"
#include "view/json.h"

namespace wslb::ctl {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFailoverPatience{5000};
constexpr milliseconds kReloadPatience{60'000};  // certificates by the thousand take their time
// That a peer is active shows with its next advert, which is no event of this agent.
constexpr milliseconds kLookInterval{20};

using Case = proto::ControlResponse::ResponseCase;

Inquired ask_for_status(Client& client) {
  return inquire(
      client, [](auto& request) { request.mutable_status(); }, Case::kStatus);
}

// Asks for the status until the watch is content or the time is over.
Exit watch_failover(Client& client, const FailoverWatch& watch, const Arguments& arguments,
                    std::vector<std::string> lines) {
  const Clock::time_point begin = Clock::now();
  for (;;) {
    const auto response = ask_for_status(client);
    if (!response) return response.error();
    const Progress progress = watch.look(response->status());
    const auto passed = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    if (progress == Progress::Pending && passed < kFailoverPatience) {
      const timespec pause{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(kLookInterval).count()};
      ::nanosleep(&pause, nullptr);
      continue;
    }
    const std::vector<std::string> news = watch.describe(response->status());
    lines.insert(lines.end(), news.begin(), news.end());
    print_done(arguments, lines);
    if (progress == Progress::Moved) return Exit::Done;
    return fail(Exit::No, progress == Progress::CameBack
                              ? "no other node took over, so this one is active again"
                              : "not done after 5 s; see 'wslbctl status' on each node");
  }
}

Exit run(const FailoverCommand& command, const Arguments& arguments) {
  auto client = Client::connect(arguments.run_dir + "/ctl.sock");
  if (!client) return unreachable(client.error());
  const auto before = ask_for_status(*client);
  if (!before) return before.error();
  const auto move = [&](auto& request) {
    request.mutable_failover()->set_vrrp(command.vrrp);
    request.mutable_failover()->set_to(command.to);
  };
  const auto response = inquire(*client, move, Case::kFailover);
  if (!response) return response.error();
  return watch_failover(*client, FailoverWatch(before->status(), command.vrrp, command.to),
                        arguments,
                        {response->failover().lines().begin(), response->failover().lines().end()});
}

// Until a process of the proxy is up that was not before.
Exit watch_successor(Client& client, const proto::Status& before, const Arguments& arguments) {
  const Clock::time_point begin = Clock::now();
  while (Clock::now() - begin < kFailoverPatience) {
    const auto response = ask_for_status(client);
    if (!response) return response.error();
    const proto::Status::Proxy& proxy = response->status().proxy();
    if (proxy.state() == "up" && proxy.restarts() > before.proxy().restarts()) {
      print_done(arguments, {"process " + std::to_string(proxy.pid()) + " goes on with " +
                             std::to_string(proxy.kept()) + " connections"});
      return Exit::Done;
    }
    const timespec pause{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(kLookInterval).count()};
    ::nanosleep(&pause, nullptr);
  }
  return fail(Exit::No, "no new process of the proxy is up after 5 s; see its log");
}

Exit run(const ReloadCommand& command, const Arguments& arguments) {
  auto client = Client::connect(arguments.run_dir + "/ctl.sock");
  if (!client) return unreachable(client.error());
  const auto before = ask_for_status(*client);
  if (!before) return before.error();
  proto::ControlRequest request;
  request.mutable_reload()->set_hard(command.hard);
  if (const auto sent = client->send(request); !sent) return unreachable(sent.error());
  const auto response = client->receive(kReloadPatience);
  if (!response) return unreachable(response.error());
  if (!*response) return fail(Exit::No, "the proxy still reads after 60 s; see its log");
  if ((*response)->has_refusal()) return fail(Exit::No, (*response)->refusal().reason());
  if (!(*response)->has_reloaded()) return another_version();
  const auto& errors = (*response)->reloaded().errors();
  for (const std::string& error : errors) std::fprintf(stderr, "%s\n", error.c_str());
  if (!errors.empty()) return fail(Exit::No, "nothing was changed");
  if (command.hard) return watch_successor(*client, before->status(), arguments);
  print_done(arguments, {"the proxy has read its configuration again and uses it"});
  return Exit::Done;
}

Exit run(const EventsCommand& command, const Arguments& arguments) {
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  // Whether it lives shows at once, and not with the next event.
  const auto ask = [](auto& wanted) { wanted.mutable_version(); };
  if (const auto alive = inquire(*client, ask, Case::kVersion); !alive) return alive.error();
  proto::ControlRequest request;
  request.mutable_events()->set_follow(command.follow);
  if (const auto sent = client->send(request); !sent) return unreachable(sent.error());
  for (;;) {
    std::optional<milliseconds> patience;
    if (!command.follow) patience = Client::kPatience;
    const auto received = client->receive(patience);
    if (!received) return unreachable(received.error());
    if (!*received) return unreachable(client->hangs());
    const proto::ControlResponse& response = **received;
    if (response.has_refusal()) return fail(Exit::No, response.refusal().reason());
    if (response.has_events_end()) return Exit::Done;
    if (!response.has_event()) return another_version();
    print(arguments.json ? view::event_json(response.event()) : event_line(response.event()));
    if (command.follow) std::fflush(stdout);
  }
}

Exit run(const CheckCommand& command, const Arguments& arguments) {
  auto text = base::read_file(command.file);
  if (!text) return fail(Exit::No, text.error().message);
  const config::LoadResult loaded =
      config::load({{command.file, std::move(*text)}}, base::environment());
  if (arguments.json) print(check_json(loaded.diagnostics));
  for (const config::Diagnostic& diagnostic : loaded.diagnostics.all()) {
    if (!arguments.json) std::fprintf(stderr, "%s\n", diagnostic.to_string().c_str());
  }
  if (loaded.diagnostics.has_errors()) return Exit::No;
  if (!arguments.json) print("Configuration file is valid\n");
  return Exit::Done;
}

Exit run(const VersionCommand&, const Arguments& arguments) {
  if (!arguments.json) print("wslbctl " WSLB_VERSION "\n");
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  const auto ask = [](auto& request) { request.mutable_version(); };
  const auto response = inquire(*client, ask, Case::kVersion);
  if (!response) return response.error();
  const std::string& version = response->version().version();
  print(arguments.json ? view::version_json(WSLB_VERSION, version)
                       : "wslb-agent " + version + "\n");
  return Exit::Done;
}

Exit run(const DrainCommand& command, const Arguments& arguments) {
  return order(arguments, [&](proto::ControlRequest& request) {
    request.mutable_drain()->set_on(command.on);
  });
}

Exit run(const ServerCommand& command, const Arguments& arguments) {
  return order(arguments, [&](proto::ControlRequest& request) {
    request.mutable_server()->set_backend(command.backend);
    request.mutable_server()->set_server(command.server);
    request.mutable_server()->set_state(command.state);
    if (command.weight) request.mutable_server()->set_weight(*command.weight);
  });
}

Exit run(const StatusCommand&, const Arguments& arguments) {
  return show_status(arguments);
}

Exit run(const BackendsCommand& command, const Arguments& arguments) {
  return show_backends(command, arguments);
}

Exit run(const TunnelsCommand& command, const Arguments& arguments) {
  return show_tunnels(command, arguments);
}

Exit run(const TableCommand& command, const Arguments& arguments) {
  return show_table(command, arguments);
}

Exit run(const TopCommand& command, const Arguments& arguments) {
  return run_top(command, arguments);
}

Exit run(const KeygenCommand& command, const Arguments& arguments) {
  const auto key = generate_key(command.id);
  if (!key) return fail(Exit::No, key.error().message);
  print(arguments.json ? key_json(*key) : *key);
  return Exit::Done;
}

Exit run(const ImportCommand& command, const Arguments& arguments) {
  return run_import(command, arguments);
}

Exit run(const DoctorCommand& command, const Arguments& arguments) {
  return run_doctor(command, arguments);
}

Exit run(const HelpCommand&, const Arguments& arguments) {
  print(arguments.json ? usage_json() : usage());
  return Exit::Done;
}

}  // namespace

Exit run(const Arguments& arguments) {
  return std::visit([&](const auto& command) { return run(command, arguments); },
                    arguments.command);
}

}  // namespace wslb::ctl
