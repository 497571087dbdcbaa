#include "ctl/migration/keepalived_lines.h"

#include <array>
#include <optional>
#include <utility>

namespace wslb::ctl::migration {
namespace {

constexpr std::size_t kIncludesMax = 16;        // of includes and of definitions in definitions
constexpr std::size_t kLinesMax = 10'000;       // that are looked at, expanded ones too
constexpr std::size_t kLineBytesMax = 1 << 16;  // after its definitions were put in

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t name_end(std::string_view text, std::size_t begin) {
  while (begin < text.size() && is_name_character(text[begin])) ++begin;
  return begin;
}

std::string folder_of(const std::string& file) {
  const auto slash = file.rfind('/');
  return slash == std::string::npos ? "" : file.substr(0, slash + 1);
}

// `$NAME` or `${NAME}` at the beginning of `text`: the name, and how long all of it is.
std::optional<std::pair<std::string_view, std::size_t>> parameter_at(std::string_view text) {
  const bool braced = text.starts_with("${");
  const std::size_t begin = braced ? 2 : 1;
  const std::size_t end = name_end(text, begin);
  if (end == begin) return std::nullopt;
  const std::string_view name = text.substr(begin, end - begin);
  if (!braced) return std::pair(name, end);
  if (end >= text.size() || text[end] != '}') return std::nullopt;
  return std::pair(name, end + 1);
}

}  // namespace

std::vector<KeepalivedLine> KeepalivedReader::read(const config::Source& source) {
  read_file(source, 0);
  if (too_long_) {
    remarks_.todo({source.file, 0}, "is too long with what it includes and defines: at most " +
                                        std::to_string(kLinesMax) +
                                        " lines are read; import it in parts");
  }
  return std::move(lines_);
}

void KeepalivedReader::read_file(const config::Source& source, std::size_t depth) {
  const std::string& text = source.text;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size() && !too_long_;) {
    const auto end = std::min(text.find('\n', begin), text.size());
    read_line(std::string_view(text).substr(begin, end - begin), {source.file, ++number}, depth);
    begin = end + 1;
  }
  open_definition_.clear();
}

void KeepalivedReader::read_line(std::string_view line, const config::Location& where,
                                 std::size_t depth) {
  if (++read_ > kLinesMax || line.size() > kLineBytesMax) too_long_ = true;
  if (too_long_) return;
  line = without_comment(line);
  if (!open_definition_.empty()) {
    const bool goes_on = line.ends_with('\\');
    std::string& value = definitions_[open_definition_];
    value += (value.empty() ? "" : "\n") + std::string(line.substr(0, line.size() - goes_on));
    if (value.size() > kLineBytesMax) too_long_ = true;
    if (!goes_on) open_definition_.clear();
    return;
  }
  if (!is_for_this_host(line) || line.empty()) return;
  if (define(line) || include(line, where, depth)) return;
  if (line.find('$') != std::string_view::npos) {
    const std::string expanded = substitute(line, where);
    if (expanded != line) {
      if (depth >= kIncludesMax) too_long_ = true;
      for (std::size_t begin = 0; begin <= expanded.size() && !too_long_;) {
        const auto end = std::min(expanded.find('\n', begin), expanded.size());
        read_line(std::string_view(expanded).substr(begin, end - begin), where, depth + 1);
        begin = end + 1;
      }
      return;
    }
  }
  if (line.starts_with("~SEQ") || line.starts_with("~LST")) {
    return remarks_.todo(where, "'~SEQ' and '~LST' are not read: write their lines out");
  }
  auto words = cut_into_words(line);
  if (!words.empty()) lines_.push_back({where, std::move(words)});
}

// Takes `@id` off the line.
bool KeepalivedReader::is_for_this_host(std::string_view& line) {
  while (line.starts_with('@')) {
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    const bool negated = line.starts_with("@^");
    const std::string id(line.substr(negated ? 2 : 1, end - (negated ? 2 : 1)));
    ids_.insert(id);
    if (config_id_.empty() || (id == config_id_) == negated) return false;
    line = without_comment(line.substr(end));
  }
  return true;
}

// `$NAME=VALUE`.
bool KeepalivedReader::define(std::string_view line) {
  if (!line.starts_with('$')) return false;
  const std::size_t end = name_end(line, 1);
  if (end == 1 || end >= line.size() || line[end] != '=') return false;
  const std::string name(line.substr(1, end - 1));
  std::string_view value = without_comment(line.substr(end + 1));
  if (value == "\\") {
    open_definition_ = name;
    value = {};
  }
  definitions_[name] = std::string(value);
  return true;
}

bool KeepalivedReader::include(std::string_view line, const config::Location& where,
                               std::size_t depth) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"include", "includer", "includem", "includew", "includeb", "includea"});
  const auto words = cut_into_words(line);
  if (words.empty() || std::ranges::count(kWords, words[0].text) == 0) return false;
  if (words.size() != 2 || depth >= kIncludesMax) {
    remarks_.todo(where, "'" + words[0].text + "' expects one file, " +
                             std::to_string(kIncludesMax) + " deep at most");
    return true;
  }
  const std::string& name = words[1].text;
  const auto files = read_included_(name.starts_with('/') ? name : folder_of(where.file) + name);
  if (files.empty()) remarks_.todo(where, "there is no file '" + name + "' that can be read");
  for (const config::Source& file : files) read_file(file, depth + 1);
  return true;
}

std::string KeepalivedReader::substitute(std::string_view line, const config::Location& where) {
  std::string result;
  while (!line.empty()) {
    const auto dollar = std::min(line.find('$'), line.size());
    result += line.substr(0, dollar);
    line.remove_prefix(dollar);
    if (line.empty()) break;
    const auto parameter = parameter_at(line);
    const std::size_t length = parameter ? parameter->second : 1;
    const auto found = parameter ? definitions_.find(parameter->first) : definitions_.end();
    if (found != definitions_.end()) {
      result += found->second;
    } else if (parameter && parameter->first == "_PWD") {
      const std::string folder = folder_of(where.file);
      result += folder.empty() ? "." : folder.substr(0, folder.size() - 1);
    } else if (parameter && parameter->first == "_INSTANCE") {
      result += config_id_;
    } else {
      result += line.substr(0, length);
    }
    line.remove_prefix(length);
    if (result.size() > kLineBytesMax) {
      too_long_ = true;
      return "";
    }
  }
  return result;
}

}  // namespace wslb::ctl::migration
