#include "ctl/commands.h"

#include <chrono>
#include <cstdio>
#include <string_view>

#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"
#include "config/config.h"
#include "ctl/client.h"
#include "ctl/doctor_command.h"
#include "ctl/failover_watch.h"
#include "ctl/format.h"
#include "ctl/import_command.h"
#include "ctl/keygen.h"

namespace wslb::ctl {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFailoverPatience{5000};
constexpr milliseconds kReloadPatience{60'000};  // certificates by the thousand take their time
// That a peer is active shows with its next advert, which is no event of this agent.
constexpr milliseconds kLookInterval{20};

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Exit fail(Exit exit, const std::string& line) {
  std::fprintf(stderr, "wslbctl: %s\n", line.c_str());
  return exit;
}

Exit unreachable(const base::Error& error) {
  return fail(Exit::Unreachable, error.message);
}

std::string reading_socket(const Arguments& arguments) {
  return arguments.run_dir + "/status.sock";
}

base::Result<proto::ControlResponse> ask_for_status(Client& client) {
  proto::ControlRequest request;
  request.mutable_status();
  return client.ask(request);
}

Exit run(const StatusCommand&, const Arguments& arguments) {
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  const auto response = ask_for_status(*client);
  if (!response) return unreachable(response.error());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const TableStyle style{.colour = ::isatty(STDOUT_FILENO) != 0,
                         .now_unix_ms = std::chrono::duration_cast<milliseconds>(now).count()};
  print(arguments.json ? status_json(response->status()) : status_table(response->status(), style));
  return Exit::Done;
}

// Asks for the status until the watch is content or the time is over.
Exit watch_failover(Client& client, const FailoverWatch& watch) {
  const Clock::time_point begin = Clock::now();
  for (;;) {
    const auto response = ask_for_status(client);
    if (!response) return unreachable(response.error());
    const Progress progress = watch.look(response->status());
    const auto passed = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    if (progress == Progress::Pending && passed < kFailoverPatience) {
      const timespec pause{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(kLookInterval).count()};
      ::nanosleep(&pause, nullptr);
      continue;
    }
    for (const std::string& line : watch.describe(response->status())) print(line + "\n");
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
  if (!before) return unreachable(before.error());
  proto::ControlRequest request;
  request.mutable_failover()->set_vrrp(command.vrrp);
  request.mutable_failover()->set_to(command.to);
  const auto response = client->ask(request);
  if (!response) return unreachable(response.error());
  if (response->has_refusal()) return fail(Exit::No, response->refusal().reason());
  for (const std::string& line : response->failover().lines()) print(line + "\n");
  return watch_failover(*client, FailoverWatch(before->status(), command.vrrp, command.to));
}

// Until a process of the proxy is up that was not before.
Exit watch_successor(Client& client, const proto::Status& before) {
  const Clock::time_point begin = Clock::now();
  while (Clock::now() - begin < kFailoverPatience) {
    const auto response = ask_for_status(client);
    if (!response) return unreachable(response.error());
    const proto::Status::Proxy& proxy = response->status().proxy();
    if (proxy.state() == "up" && proxy.restarts() > before.proxy().restarts()) {
      print("process " + std::to_string(proxy.pid()) + " goes on with " +
            std::to_string(proxy.kept()) + " connections\n");
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
  if (!before) return unreachable(before.error());
  proto::ControlRequest request;
  request.mutable_reload()->set_hard(command.hard);
  if (const auto sent = client->send(request); !sent) return unreachable(sent.error());
  const auto response = client->receive(kReloadPatience);
  if (!response) return unreachable(response.error());
  if (!*response) return fail(Exit::No, "the proxy still reads after 60 s; see its log");
  if ((*response)->has_refusal()) return fail(Exit::No, (*response)->refusal().reason());
  const auto& errors = (*response)->reloaded().errors();
  for (const std::string& error : errors) std::fprintf(stderr, "%s\n", error.c_str());
  if (!errors.empty()) return fail(Exit::No, "nothing was changed");
  if (command.hard) return watch_successor(*client, before->status());
  print("the proxy has read its configuration again and uses it\n");
  return Exit::Done;
}

Exit run(const EventsCommand& command, const Arguments& arguments) {
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  proto::ControlRequest request;
  request.mutable_events()->set_follow(command.follow);
  if (const auto sent = client->send(request); !sent) return unreachable(sent.error());
  for (;;) {
    std::optional<milliseconds> patience;
    if (!command.follow) patience = Client::kPatience;
    const auto received = client->receive(patience);
    if (!received) return unreachable(received.error());
    if (!*received) return fail(Exit::Unreachable, "wslb-agent does not answer; it hangs");
    const proto::ControlResponse& response = **received;
    if (response.has_refusal()) return fail(Exit::No, response.refusal().reason());
    if (!response.has_event()) return Exit::Done;
    print(arguments.json ? event_json(response.event()) : event_line(response.event()));
    if (command.follow) std::fflush(stdout);
  }
}

Exit run(const CheckCommand& command, const Arguments&) {
  auto text = base::read_file(command.file);
  if (!text) return fail(Exit::No, text.error().message);
  const config::LoadResult loaded =
      config::load({{command.file, std::move(*text)}}, base::environment());
  for (const config::Diagnostic& diagnostic : loaded.diagnostics.all()) {
    std::fprintf(stderr, "%s\n", diagnostic.to_string().c_str());
  }
  if (loaded.diagnostics.has_errors()) return Exit::No;
  print("Configuration file is valid\n");
  return Exit::Done;
}

Exit run(const VersionCommand&, const Arguments& arguments) {
  print("wslbctl " WSLB_VERSION "\n");
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  proto::ControlRequest request;
  request.mutable_version();
  const auto response = client->ask(request);
  if (!response) return unreachable(response.error());
  print("wslb-agent " + response->version().version() + "\n");
  return Exit::Done;
}

Exit run(const KeygenCommand& command, const Arguments&) {
  const auto key = generate_key(command.id);
  if (!key) return fail(Exit::No, key.error().message);
  print(*key);
  return Exit::Done;
}

Exit run(const ImportCommand& command, const Arguments&) {
  return run_import(command);
}

Exit run(const DoctorCommand& command, const Arguments& arguments) {
  return run_doctor(command, arguments);
}

Exit run(const HelpCommand&, const Arguments&) {
  print(usage());
  return Exit::Done;
}

}  // namespace

Exit run(const Arguments& arguments) {
  return std::visit([&](const auto& command) { return run(command, arguments); },
                    arguments.command);
}

}  // namespace wslb::ctl
