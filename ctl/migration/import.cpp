#include "ctl/migration/import.h"

#include <algorithm>
#include <string_view>

#include "ctl/migration/haproxy_lines.h"
#include "ctl/migration/member.h"
#include "ctl/migration/vrrp_text.h"

namespace wslb::ctl::migration {
namespace {

using config::Diagnostic;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Debian's haproxy.cfg has its stats socket where HAProxy's unit makes the directory; ours makes
// another one.
void move_stats_sockets(const ImportInput& input, std::vector<std::string>& lines,
                        Remarks& remarks) {
  constexpr std::string_view kTheirs = "/run/haproxy/";
  constexpr std::string_view kOurs = "/run/wslb-proxy/";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string& line = lines[i];
    const auto at = line.find(kTheirs);
    const bool is_socket = line.find("stats socket") < at && line.find('#') > at;
    if (at == std::string::npos || !is_socket) continue;
    line.replace(at, kTheirs.size(), kOurs);
    const auto end = std::min(line.find_first_of(" \t", at), line.size());
    remarks.note({input.haproxy.file, static_cast<int>(i) + 1},
                 "'stats socket' is " + line.substr(at, end - at) +
                     " in the result, where wslb-proxy may make it; tell whoever speaks to it");
  }
}

// haproxy.cfg with what wslb refuses and nobody misses turned into comments.
std::string haproxy_part(const ImportInput& input, Remarks& remarks) {
  std::vector<std::string> lines = lines_of(input.haproxy.text);
  const auto loaded = config::load({input.haproxy}, input.environment);
  for (const Diagnostic& diagnostic : loaded.diagnostics.all()) {
    const auto line = static_cast<std::size_t>(diagnostic.where.line);
    const bool is_error = diagnostic.severity == config::Severity::Error;
    if (!is_error || line == 0 || line > lines.size()) continue;
    const std::string_view why = why_dispensable(lines[line - 1]);
    if (why.empty() || lines[line - 1].starts_with("#")) continue;
    lines[line - 1].insert(0, "# not for wslb: ");
    remarks.note(diagnostic.where,
                 diagnostic.message + "; it is a comment in the result: " + std::string(why));
  }
  move_stats_sockets(input, lines, remarks);
  return joined(lines);
}

// Servers' peers whose names are no nodes would be dialled as HAProxies.
void check_peers(const std::vector<config::PeersSection>& sections,
                 const std::vector<Member>& members, Remarks& remarks) {
  for (const auto& section : sections) {
    for (const config::Peer& peer : section.peers) {
      if (!peer.address || std::ranges::count(members, peer.name, &Member::name) > 0) continue;
      const auto owner = std::ranges::find_if(
          members, [&](const Member& member) { return member.has(peer.address->address); });
      if (owner == members.end()) continue;
      remarks.todo(peer.where, "the peer '" + peer.name + "' is at the address of the node '" +
                                   owner->name +
                                   "': give both the same name, or wslb takes it for a HAProxy");
    }
  }
}

// What the proxy needs the rights for that HAProxy had as root.
void tell_of_rights(const ImportInput& input, const std::string& text, Remarks& remarks) {
  const auto lines = lines_of(text);
  const auto first = [&](std::string_view part) {
    const auto found = std::ranges::find_if(lines, [&](const std::string& line) {
      const auto at = line.find(part);
      return at != std::string::npos && line.find('#') > at;
    });
    return found == lines.end() ? 0 : static_cast<int>(found - lines.begin()) + 1;
  };
  if (const int line = first("/run/haproxy"); line > 0) {
    remarks.todo({input.haproxy.file, line},
                 "/run/haproxy belongs to HAProxy's unit: write /run/wslb-proxy, or make the "
                 "directory wslb-proxy's ('systemctl edit wslb-proxy': [Service] "
                 "RuntimeDirectory=haproxy)");
  }
  if (const int line = first(" crt "); line > 0) {
    remarks.note({input.haproxy.file, line},
                 "wslb-proxy reads certificates as its own user, not as root: let the user "
                 "wslb-proxy read them");
  }
}

// What our own check says of the result, with the places of haproxy.cfg where a line is from there.
void tell_of_check(const ImportInput& input, int lines_before, Imported& imported) {
  const auto loaded = config::load({{input.output, imported.text}}, input.environment);
  imported.valid = !loaded.diagnostics.has_errors();
  for (const Diagnostic& diagnostic : loaded.diagnostics.all()) {
    config::Location where = diagnostic.where;
    if (where.line > lines_before) where = {input.haproxy.file, where.line - lines_before};
    if (diagnostic.severity == config::Severity::Error) {
      imported.remarks.todo(where, diagnostic.message);
    } else {
      imported.remarks.note(where, diagnostic.message);
    }
  }
}

}  // namespace

Imported import_pair(const ImportInput& input) {
  Imported imported;
  Remarks& remarks = imported.remarks;
  const auto proxies = config::load({input.haproxy}, input.environment);
  const std::vector<Member> members = find_members(input, proxies.config.peers, remarks);

  std::string ours = "# Made by 'wslbctl import'. The same on every host.\n\n";
  ours += cluster_text(members, remarks);
  ours += vrrp_text(members, remarks);
  ours += "\n# From here on as in " + input.haproxy.file + ".\n";
  const auto lines_before = static_cast<int>(std::ranges::count(ours, '\n'));
  const std::string theirs = haproxy_part(input, remarks);
  imported.text = ours + theirs;

  check_peers(proxies.config.peers, members, remarks);
  tell_of_rights(input, theirs, remarks);
  tell_of_check(input, lines_before, imported);
  remarks.sort();
  return imported;
}

}  // namespace wslb::ctl::migration
