#include "ctl/migration/section_lines.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "config/value.h"

namespace wslb::ctl::migration {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Whether all that a script asks is whether HAProxy runs: the agent watches its proxy by itself.
bool asks_for_haproxy(const std::string& command) {
  if (!contains(command, "haproxy")) return false;
  constexpr auto kAsking = std::to_array<std::string_view>(
      {"killall -0", "pkill -0", "pidof", "pgrep", "systemctl is-active", "systemctl status",
       "service haproxy status", "killall -s 0", "kill -0"});
  return std::ranges::any_of(kAsking,
                             [&](std::string_view word) { return contains(command, word); });
}

// The URL of a `curl` or `wget` that our own checks can ask: of an address, without TLS.
std::string url_asked(const std::string& command) {
  if (!contains(command, "curl") && !contains(command, "wget")) return "";
  const auto begin = command.find("http://");
  if (begin == std::string::npos) return "";
  const auto end = std::min(command.find_first_of(" \t\"';|>&", begin), command.size());
  const std::string url = command.substr(begin, end - begin);
  const std::string rest = url.substr(7);
  const std::string authority = rest.substr(0, rest.find('/'));
  const bool bracketed = authority.starts_with('[');
  const std::string host = bracketed ? authority.substr(1, authority.find(']') - 1)
                                     : authority.substr(0, authority.find(':'));
  const bool known = host == "localhost" || base::IpAddress::parse(host);
  return known ? url : "";
}

void tell_weight(const KeepalivedUse& use, int weight, const std::string& what, Remarks& remarks) {
  if (weight == 0) return;
  remarks.todo(use.where,
               "the weight " + std::to_string(weight) + " of " + what +
                   " is not carried over: wslb puts the node in fault instead, so that "
                   "nobody serves where it is so on every node; take the line out of the "
                   "result if that may be");
}

std::string script_line(const KeepalivedUse& use, const KeepalivedTrack& track, Remarks& remarks) {
  if (asks_for_haproxy(track.subject)) {
    remarks.note(use.where, "'" + use.name +
                                "' is not needed: the agent watches its proxy itself, "
                                "and gives the VIP up when it is gone");
    return "";
  }
  const std::string url = url_asked(track.subject);
  if (!url.empty()) {
    tell_weight(use, use.weight.value_or(track.weight), "'" + use.name + "'", remarks);
    return "track check " + url + " inter " + config::to_text(track.interval) + " fall " +
           std::to_string(track.fall) + " rise " + std::to_string(track.rise);
  }
  remarks.todo(use.where,
               "'" + use.name + "' runs '" + track.subject +
                   "', which is not carried over: wslb runs no check scripts. If it asks "
                   "for HAProxy, nothing is to do; else let a timer run it and write or "
                   "remove the file of a 'track file PATH', or use 'track check URL'");
  return "";
}

std::string track_line(const KeepalivedUse& use, const KeepalivedHost& host, Remarks& remarks) {
  const auto found = host.tracks.find(use.name);
  if (found == host.tracks.end()) {
    remarks.todo(use.where, "'" + use.name + "' is defined nowhere; it is left out");
    return "";
  }
  const KeepalivedTrack& track = found->second;
  switch (track.kind) {
    case KeepalivedTrack::Kind::Script:
      return script_line(use, track, remarks);
    case KeepalivedTrack::Kind::File:
      tell_weight(use, use.weight.value_or(track.weight), "'" + use.name + "'", remarks);
      return "track file " + track.subject;
    case KeepalivedTrack::Kind::Process:
      break;
  }
  if (contains(track.subject, "haproxy")) {
    remarks.note(use.where, "'" + use.name +
                                "' is not needed: the agent watches its proxy itself, "
                                "and gives the VIP up when it is gone");
  } else {
    remarks.todo(use.where, "'" + use.name + "' watches the process '" + track.subject +
                                "', which is not carried over: wslb watches its proxy alone; use "
                                "'track file PATH' or 'track check URL'");
  }
  return "";
}

}  // namespace

const KeepalivedGroup* group_of(const KeepalivedInstance& instance, const KeepalivedHost& host) {
  for (const KeepalivedGroup& group : host.groups) {
    if (std::ranges::count(group.members, instance.name) > 0) return &group;
  }
  return nullptr;
}

std::vector<std::string> track_lines(const KeepalivedInstance& instance, const KeepalivedHost& host,
                                     const std::string& interface, Remarks& remarks) {
  std::vector<KeepalivedUse> interfaces = instance.interfaces;
  std::vector<KeepalivedUse> tracks = instance.tracks;
  if (const KeepalivedGroup* group = group_of(instance, host)) {
    interfaces.insert(interfaces.end(), group->interfaces.begin(), group->interfaces.end());
    tracks.insert(tracks.end(), group->tracks.begin(), group->tracks.end());
  }
  std::vector<std::string> lines;
  const auto add = [&](const std::string& line) {
    if (!line.empty() && std::ranges::count(lines, line) == 0) lines.push_back(line);
  };
  if (instance.interface != interface) add("track interface " + instance.interface);
  for (const KeepalivedUse& use : interfaces) {
    tell_weight(use, use.weight.value_or(0), "interface " + use.name, remarks);
    if (use.name != interface) add("track interface " + use.name);
  }
  for (const KeepalivedUse& use : tracks) add(track_line(use, host, remarks));
  return lines;
}

std::string usable_name(const std::string& word) {
  std::string name = word;
  for (char& c : name) {
    const bool good = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                      c == '.' || c == ':';
    if (!good) c = '_';
  }
  return name.empty() ? "vrrp" : name;
}

}  // namespace wslb::ctl::migration
