// A file's blocks outside of the instances: globals, scripts, track files, processes, groups.
#include "ctl/migration/keepalived_host.h"

#include <charconv>
#include <utility>

#include "ctl/migration/keepalived_verdict.h"

namespace wslb::ctl::migration {
namespace {

void read_globals(const Block& block, KeepalivedHost& host, Remarks& remarks) {
  for (const Block& one : block.inner) {
    if (one.keyword() == "router_id") {
      host.router_id = one.argument();
      host.router_id_where = one.where;
    } else if (one.keyword() == "vrrp_version") {
      host.version = parse_number(one.argument(), 2, 3).value_or(2);
    } else if (one.keyword() == "default_interface") {
      host.default_interface = one.argument();
    } else if (one.keyword() == "vrrp_startup_delay") {
      const auto delay = parse_seconds(one.argument());
      if (delay) {
        host.startup_delay = *delay;
      } else {
        remarks.todo(one.where, "'vrrp_startup_delay' expects seconds");
      }
    } else {
      tell_verdict(Scope::Globals, one, remarks);
    }
  }
}

std::string words_after_keyword(const Block& statement) {
  std::string text;
  for (std::size_t i = 1; i < statement.words.size(); ++i) {
    text += (i > 1 ? " " : "") + statement.words[i];
  }
  return text;
}

// Words that change nothing in what is asked.
bool is_about_the_run(std::string_view keyword) {
  return keyword == "timeout" || keyword == "user" || keyword == "init_fail" ||
         keyword == "delay" || keyword == "fork_delay" || keyword == "terminate_delay" ||
         keyword == "init_file" || keyword == "full_command" || keyword == "param_match";
}

KeepalivedTrack read_track(const Block& block, KeepalivedTrack::Kind kind, Remarks& remarks) {
  KeepalivedTrack track;
  track.kind = kind;
  track.where = block.where;
  // A track file's value counts as it is, unless said otherwise.
  if (kind == KeepalivedTrack::Kind::File) track.weight = 1;
  for (const Block& one : block.inner) {
    const std::string_view word = one.keyword();
    if (word == "script" || word == "file" || word == "process") {
      track.subject = words_after_keyword(one);
    } else if (word == "interval") {
      track.interval = parse_seconds(one.argument()).value_or(track.interval);
    } else if (word == "fall") {
      track.fall = parse_number(one.argument(), 1, 1000).value_or(1);
    } else if (word == "rise") {
      track.rise = parse_number(one.argument(), 1, 1000).value_or(1);
    } else if (word == "weight") {
      track.weight = parse_number(one.argument(), -2147483647, 2147483647).value_or(0);
    } else if (!is_about_the_run(word)) {
      remarks.note(one.where, "'" + one.text() + "' is left out");
    }
  }
  return track;
}

KeepalivedGroup read_group(const Block& block, Remarks& remarks) {
  KeepalivedGroup group{block.argument(), block.where, {}, {}, {}};
  for (const Block& one : block.inner) {
    const std::string_view word = one.keyword();
    if (word == "group") {
      for (const Block& member : one.inner) {
        group.members.insert(group.members.end(), member.words.begin(), member.words.end());
      }
    } else if (word == "track_interface") {
      group.interfaces = read_uses(one, remarks);
    } else if (word == "track_script" || word == "track_file" || word == "track_process") {
      const auto uses = read_uses(one, remarks);
      group.tracks.insert(group.tracks.end(), uses.begin(), uses.end());
    } else {
      tell_verdict(Scope::Group, one, remarks);
    }
  }
  return group;
}

// All kinds share one map: an instance's uses of them stand in blocks of their own anyway.
std::optional<KeepalivedTrack::Kind> track_kind(std::string_view keyword) {
  using Kind = KeepalivedTrack::Kind;
  if (keyword == "vrrp_script") return Kind::Script;
  if (keyword == "track_file" || keyword == "vrrp_track_file") return Kind::File;
  if (keyword == "vrrp_track_process" || keyword == "track_process") return Kind::Process;
  return std::nullopt;
}

}  // namespace

std::optional<int> parse_number(const std::string& text, int min, int max) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < min || value > max) return std::nullopt;
  return value;
}

std::optional<base::Duration> parse_seconds(const std::string& text) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds, std::chars_format::fixed);
  const bool right = error == std::errc() && stop == end && seconds >= 0 && seconds <= 86400;
  if (!right) return std::nullopt;
  const auto microseconds = std::chrono::microseconds(static_cast<long>(seconds * 1e6 + 0.5));
  return std::chrono::duration_cast<base::Duration>(microseconds);
}

std::vector<KeepalivedUse> read_uses(const Block& block, Remarks& remarks) {
  std::vector<KeepalivedUse> uses;
  for (const Block& one : block.inner) {
    KeepalivedUse use{std::string(one.keyword()), std::nullopt, one.where};
    if (one.argument() == "weight") use.weight = parse_number(one.argument(1), -254, 254);
    const bool reversed = one.words.size() > 3 && one.words.back() == "reverse";
    if (reversed) {
      remarks.todo(one.where, "'" + one.text() + "' is left out: wslb has no 'reverse'");
      continue;
    }
    uses.push_back(std::move(use));
  }
  return uses;
}

KeepalivedHost read_host(const Block& file, Remarks& remarks) {
  KeepalivedHost host;
  if (!file.inner.empty()) host.file = file.inner.front().where.file;
  for (const Block& one : file.inner) {
    const std::string_view word = one.keyword();
    if (word == "global_defs") {
      read_globals(one, host, remarks);
    } else if (word == "vrrp_instance") {
      host.instances.push_back(read_instance(one, remarks));
    } else if (word == "vrrp_sync_group") {
      host.groups.push_back(read_group(one, remarks));
    } else if (const auto kind = track_kind(word)) {
      host.tracks[one.argument()] = read_track(one, *kind, remarks);
    } else {
      tell_verdict(Scope::File, one, remarks);
    }
  }
  for (KeepalivedInstance& instance : host.instances) {
    if (instance.interface.empty()) instance.interface = host.default_interface;
  }
  return host;
}

}  // namespace wslb::ctl::migration
