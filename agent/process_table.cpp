#include "agent/process_table.h"

#include <charconv>
#include <filesystem>
#include <system_error>

#include "base/file.h"

namespace wslb::agent {
namespace {

constexpr std::size_t kPidsMax = 64;

std::string proc(std::int32_t pid, const std::string& file) {
  return "/proc/" + std::to_string(pid) + "/" + file;
}

// Takes the next word off `text`; empty: there is none.
std::string_view next_word(std::string_view& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  const std::size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

template <typename Number>
Number parse_number(std::string_view word) {
  Number number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size() ? number : 0;
}

// Of /proc/PID/stat, from 3 on; 0: nothing is known.
std::uint64_t stat_field(std::int32_t pid, int field) {
  const auto text = base::read_file(proc(pid, "stat"));
  if (!text) return 0;
  // The name, field 2, may hold anything, also spaces and parentheses; field 3 follows its last.
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return 0;
  std::string_view rest = std::string_view(*text).substr(name_end + 1);
  for (int before = 3; before < field; ++before) next_word(rest);
  return parse_number<std::uint64_t>(next_word(rest));
}

}  // namespace

std::uint64_t start_time(std::int32_t pid) {
  return stat_field(pid, 22);
}

bool is_exiting(std::int32_t pid) {
  constexpr int kFlags = 9;
  constexpr std::uint64_t kExiting = 0x4;  // PF_EXITING of <linux/sched.h>, which is not exported
  return (stat_field(pid, kFlags) & kExiting) != 0;
}

std::string command_name(std::int32_t pid) {
  auto text = base::read_file(proc(pid, "comm"));
  return text ? *text : "";
}

std::vector<std::int32_t> children(std::int32_t pid) {
  std::vector<std::int32_t> found;
  std::error_code gone;
  for (std::filesystem::directory_iterator task(proc(pid, "task"), gone), end; !gone && task != end;
       task.increment(gone)) {
    const auto text = base::read_file(task->path() / "children");
    std::string_view rest = text ? std::string_view(*text) : std::string_view();
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
      found.push_back(parse_number<std::int32_t>(word));
    }
  }
  return found;
}

std::vector<std::int32_t> parse_pid_file(std::string_view text) {
  std::vector<std::int32_t> pids;
  for (auto word = next_word(text); !word.empty() && pids.size() < kPidsMax;
       word = next_word(text)) {
    const auto pid = parse_number<std::int32_t>(word);
    if (pid > 0) pids.push_back(pid);
  }
  return pids;
}

}  // namespace wslb::agent
