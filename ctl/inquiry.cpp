#include "ctl/inquiry.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"
#include "ctl/format.h"
#include "view/json.h"

namespace wslb::ctl {
namespace {

using Case = proto::ControlResponse::ResponseCase;

constexpr std::uint32_t kEntriesAtOnce = 1000;

std::uint32_t limit_of(std::uint32_t rows) {
  return rows == 0 ? kRowsMax : rows;
}

}  // namespace

void print(std::string_view text) {
  const std::string valid = base::valid_utf8(text);
  std::fwrite(valid.data(), 1, valid.size(), stdout);
}

void print_done(const Arguments& arguments, const std::vector<std::string>& lines) {
  if (arguments.json) return print(view::lines_json("done", lines));
  for (const std::string& line : lines) print(printable(line) + "\n");
}

Exit fail(Exit exit, const std::string& line) {
  std::fprintf(stderr, "wslbctl: %s\n", base::valid_utf8(printable(line)).c_str());
  return exit;
}

TableStyle style_of_output() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  TableStyle style{.now_unix_ms =
                       std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
  if (::isatty(STDOUT_FILENO) == 0) return style;
  const char* const no_colour = std::getenv("NO_COLOR");
  style.colour = no_colour == nullptr || *no_colour == '\0';
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  style.width = known ? size.ws_col : 80;
  return style;
}

Exit another_version() {
  return fail(Exit::No, kAnotherVersion);
}

Inquired inquire(Client& client, const Fill& fill, Case expected) {
  proto::ControlRequest request;
  fill(request);
  auto response = client.ask(request);
  if (!response) return unreachable(response.error());
  if (response->has_refusal()) return fail(Exit::No, response->refusal().reason());
  if (response->response_case() == expected) return std::move(*response);
  return another_version();
}

Exit order(const Arguments& arguments, const Fill& fill) {
  auto client = Client::connect(arguments.run_dir + "/ctl.sock");
  if (!client) return unreachable(client.error());
  const auto response = inquire(*client, fill, Case::kDone);
  if (!response) return response.error();
  print_done(arguments, {response->done().lines().begin(), response->done().lines().end()});
  return Exit::Done;
}

Exit show_status(const Arguments& arguments) {
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  const auto ask = [](auto& request) { request.mutable_status()->set_traffic(true); };
  const auto response = inquire(*client, ask, Case::kStatus);
  if (!response) return response.error();
  const proto::Status& status = response->status();
  print(arguments.json ? view::status_json(status) : status_table(status, style_of_output()));
  return Exit::Done;
}

Exit show_backends(const BackendsCommand& command, const Arguments& arguments) {
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  proto::TrafficAnswer all;
  std::uint64_t from = 0;
  do {
    const auto ask = [&](auto& request) {
      request.mutable_traffic()->set_proxy(command.name);
      request.mutable_traffic()->set_from(from);
    };
    const auto response = inquire(*client, ask, Case::kTraffic);
    if (!response) return response.error();
    all.mutable_rows()->MergeFrom(response->traffic().rows());
    from = response->traffic().next();
  } while (from > 0);
  if (!command.name.empty() && all.rows().empty()) {
    return fail(Exit::No, "there is no backend '" + command.name + "'");
  }
  print(arguments.json ? view::traffic_json(all) : backends_table(all, style_of_output()));
  return Exit::Done;
}

Exit show_tunnels(const TunnelsCommand& command, const Arguments& arguments) {
  auto client = Client::connect(reading_socket(arguments));
  if (!client) return unreachable(client.error());
  const int limit = static_cast<int>(limit_of(command.rows));
  proto::TrafficAnswer all;
  std::uint64_t after = 0;
  do {
    const auto ask = [&](auto& request) { request.mutable_tunnels()->set_after(after); };
    const auto response = inquire(*client, ask, Case::kTraffic);
    if (!response) return response.error();
    all.set_total(response->traffic().total());
    all.mutable_tunnels()->MergeFrom(response->traffic().tunnels());
    after = response->traffic().next();
  } while (after > 0 && all.tunnels_size() < limit);
  if (all.tunnels_size() > limit) {
    all.mutable_tunnels()->DeleteSubrange(limit, all.tunnels_size() - limit);
  }
  print(arguments.json ? view::tunnels_json(all) : tunnels_table(all, style_of_output()));
  return Exit::Done;
}

Exit show_table(const TableCommand& command, const Arguments& arguments) {
  // Keys may be session ids, which are not for everybody.
  const bool lists_entries = !command.name.empty();
  auto client =
      Client::connect(lists_entries ? arguments.run_dir + "/ctl.sock" : reading_socket(arguments));
  if (!client) return unreachable(client.error());
  if (!lists_entries) {
    const auto ask = [](auto& request) { request.mutable_status(); };
    const auto response = inquire(*client, ask, Case::kStatus);
    if (!response) return response.error();
    const proto::Status& status = response->status();
    print(arguments.json ? view::tables_json(status) : tables_table(status, style_of_output()));
    return Exit::Done;
  }
  const std::uint32_t limit = limit_of(command.rows);
  proto::TablePage all;
  do {
    const auto ask = [&](auto& request) {
      proto::TableRequest& page = *request.mutable_table();
      page.set_name(command.name);
      page.set_after(all.next());
      const auto shown = static_cast<std::uint32_t>(all.entries_size());
      page.set_limit(std::min(kEntriesAtOnce, limit - shown));
      if (command.key) page.set_key(*command.key);
    };
    const auto response = inquire(*client, ask, Case::kTable);
    if (!response) return response.error();
    all.mutable_entries()->MergeFrom(response->table().entries());
    all.set_total(command.key ? 0 : response->table().total());
    all.set_next(response->table().next());
  } while (all.next() > 0 && static_cast<std::uint32_t>(all.entries_size()) < limit);
  if (command.key && all.entries().empty()) {
    return fail(Exit::No, "table " + command.name + " has no such key");
  }
  print(arguments.json ? view::table_json(command.name, all)
                       : entries_table(all, style_of_output()));
  return Exit::Done;
}

}  // namespace wslb::ctl
