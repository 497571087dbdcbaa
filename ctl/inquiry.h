// What the commands of wslbctl have in common when they ask the agent: where, how long, and what
// becomes of an answer that is none. And those commands that only ask and show.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace wslb::ctl {

void print(std::string_view text);
// What was done; with --json as {"done":[...]}.
void print_done(const Arguments& arguments, const std::vector<std::string>& lines);
// One line on stderr.
Exit fail(Exit exit, const std::string& line);
inline Exit unreachable(const base::Error& error) {
  return fail(Exit::Unreachable, error.message);
}

[[nodiscard]] inline std::string reading_socket(const Arguments& arguments) {
  return arguments.run_dir + "/status.sock";
}

// Of stdout: colour and a width for a terminal, unless NO_COLOR is set, and neither for a pipe.
[[nodiscard]] TableStyle style_of_output();

using Fill = std::function<void(proto::ControlRequest& request)>;

// Asks for one response. What is no answer of that kind has been told, and is the exit status.
using Inquired = base::Result<proto::ControlResponse, Exit>;
[[nodiscard]] Inquired inquire(Client& client, const Fill& fill,
                               proto::ControlResponse::ResponseCase expected);
// An answer that is none of those that this program knows.
inline constexpr const char* kAnotherVersion =
    "the agent answers what this wslbctl (" WSLB_VERSION
    ") does not know: it is of another version; after an upgrade 'systemctl restart wslb-agent'";
Exit another_version();

// Something that changes things, at ctl.sock; prints what was done.
[[nodiscard]] Exit order(const Arguments& arguments, const Fill& fill);

[[nodiscard]] Exit show_status(const Arguments& arguments);
[[nodiscard]] Exit show_backends(const BackendsCommand& command, const Arguments& arguments);
[[nodiscard]] Exit show_tunnels(const TunnelsCommand& command, const Arguments& arguments);
[[nodiscard]] Exit show_table(const TableCommand& command, const Arguments& arguments);

}  // namespace wslb::ctl
