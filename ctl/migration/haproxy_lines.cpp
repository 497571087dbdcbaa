#include "ctl/migration/haproxy_lines.h"

#include <algorithm>
#include <array>

namespace wslb::ctl::migration {
namespace {

struct Dispensable {
  std::string_view words;  // that the line begins with
  std::string_view why;
};

constexpr std::string_view kTuning = "it tunes HAProxy's own process";
constexpr std::string_view kName = "it describes the section to people";
constexpr std::string_view kState =
    "the agent and the reload keep what an operator set; there is no state file";
constexpr std::string_view kLimit = "wslb derives its limits from 'maxconn' and LimitNOFILE";

constexpr auto kDispensable = std::to_array<Dispensable>({
    {"busy-polling", kTuning},
    {"close-spread-time", kTuning},
    {"compression", "answers go out as the servers made them"},
    {"cpu-map", kTuning},
    {"description", kName},
    {"expose-experimental-directives", kTuning},
    {"fd-hard-limit", kLimit},
    {"hard-stop-after", "a reload leaves no old process behind"},
    {"id", kName},
    {"insecure-fork-wanted", kTuning},
    {"load-server-state-from-file", kState},
    {"localpeer", "the agent's node name is the name among the peers"},
    {"max-keep-alive-queue", kTuning},
    {"max-spread-checks", kTuning},
    {"maxcompcpuusage", "answers go out as the servers made them"},
    {"maxcomprate", "answers go out as the servers made them"},
    {"maxpipes", kLimit},
    {"maxzlibmem", "answers go out as the servers made them"},
    {"mworker-max-reloads", "there is one process"},
    {"node", kName},
    {"noepoll", kTuning},
    {"nogetaddrinfo", kTuning},
    {"no-memory-trimming", kTuning},
    {"nopoll", kTuning},
    {"noreuseport", kTuning},
    {"nosplice", kTuning},
    {"numa-cpu-mapping", kTuning},
    {"option http-ignore-probes", "a connection that sends nothing is answered or closed as any"},
    {"option http-pretend-keepalive", "servers are spoken to in HTTP/1.1 with keep-alive anyway"},
    {"option idle-close-on-response", "a reload closes no idle connection"},
    {"option independent-streams", kTuning},
    {"option nolinger", kTuning},
    {"option socket-stats", "the figures are of the whole frontend"},
    {"profiling.tasks", kTuning},
    {"server-state-base", kState},
    {"server-state-file", kState},
    {"server-state-file-name", kState},
    {"set-dumpable", kTuning},
    {"spread-checks", kTuning},
    {"ssl-dh-param-file", "no cipher with finite-field Diffie-Hellman is offered"},
    {"ssl-engine", kTuning},
    {"ssl-mode-async", kTuning},
    {"stats show-desc", kName},
    {"stats show-modules", kName},
    {"stats show-node", kName},
    {"strict-limits", kLimit},
    {"tune.", kTuning},
    {"ulimit-n", kLimit},
});

bool begins_with_words(std::string_view line, std::string_view words) {
  if (!line.starts_with(words)) return false;
  const bool ends_there = line.size() == words.size() || words.ends_with('.');
  return ends_there || line[words.size()] == ' ' || line[words.size()] == '\t';
}

// Runs of blanks become one, so that `option  nolinger` is found.
std::string with_single_blanks(std::string_view line) {
  std::string text;
  for (const char c : line) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && (text.empty() || text.back() == ' ')) continue;
    text += blank ? ' ' : c;
  }
  return text;
}

}  // namespace

std::string_view why_dispensable(std::string_view line) {
  std::string text = with_single_blanks(line);
  if (text.starts_with("no ")) text.erase(0, 3);
  const auto found = std::ranges::find_if(
      kDispensable, [&](const Dispensable& one) { return begins_with_words(text, one.words); });
  return found == kDispensable.end() ? std::string_view() : found->why;
}

}  // namespace wslb::ctl::migration
