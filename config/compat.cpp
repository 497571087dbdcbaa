#include "config/compat.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wslb::config {
namespace {

using Wording = std::vector<std::string>;
using Arguments = std::span<const std::string>;

enum class Reading : std::uint8_t {
  Same,          // the same arguments under another word
  Nothing,       // it has no effect
  AddHeader,     // "NAME: VALUE" [CONDITION]
  DeleteHeader,  // "^NAME:.*" [CONDITION]
  Address,       // the section's name and ADDRESS:PORT
};

struct OldWord {
  std::string_view word;
  std::string_view modern;
  Reading reading;
};

constexpr auto kOldWords = std::to_array<OldWord>({
    {"contimeout", "timeout connect", Reading::Same},
    {"clitimeout", "timeout client", Reading::Same},
    {"srvtimeout", "timeout server", Reading::Same},
    {"option forceclose", "option httpclose", Reading::Same},
    {"option http-tunnel", "", Reading::Nothing},
    {"reqadd", "http-request add-header", Reading::AddHeader},
    {"rspadd", "http-response add-header", Reading::AddHeader},
    {"reqidel", "http-request del-header", Reading::DeleteHeader},
    {"rspidel", "http-response del-header", Reading::DeleteHeader},
    {"listen", "bind", Reading::Address},
});

Wording words_of(std::string_view text) {
  Wording words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Wording join(std::string_view modern, std::span<const std::string_view> own, Arguments rest) {
  Wording words = words_of(modern);
  words.insert(words.end(), own.begin(), own.end());
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

// The text of 1.x was no log-format.
std::string without_variables(std::string_view text) {
  std::string format;
  for (const char c : text) format.append(c == '%' ? 2 : 1, c);
  return format;
}

std::optional<Wording> add_header(const OldWord& row, Arguments arguments) {
  if (arguments.empty()) return std::nullopt;
  const std::string_view text = arguments[0];
  const auto colon = text.find(':');
  const auto value = text.find_first_not_of(" \t", std::min(colon, text.size() - 1) + 1);
  if (colon == std::string_view::npos || colon == 0 || value == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string format = without_variables(text.substr(value));
  const std::array<std::string_view, 2> own{text.substr(0, colon), format};
  return join(row.modern, own, arguments.subspan(1));
}

std::optional<Wording> delete_header(const OldWord& row, Arguments arguments) {
  if (arguments.empty()) return std::nullopt;
  std::string_view name = arguments[0];
  if (!name.starts_with('^')) return std::nullopt;
  name.remove_prefix(1);
  if (name.ends_with(".*")) name.remove_suffix(2);
  if (!name.ends_with(':')) return std::nullopt;
  name.remove_suffix(1);
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  if (name.empty() || !std::ranges::all_of(name, plain)) return std::nullopt;
  return join(row.modern, std::array{name}, arguments.subspan(1));
}

// Today's lines; nothing where they cannot say it.
std::optional<std::vector<Wording>> rewritten(const OldWord& row, Arguments arguments) {
  std::optional<Wording> words;
  switch (row.reading) {
    case Reading::Same:
      words = join(row.modern, {}, arguments);
      break;
    case Reading::Nothing:
      if (!arguments.empty()) return std::nullopt;
      return std::vector<Wording>{};
    case Reading::AddHeader:
      words = add_header(row, arguments);
      break;
    case Reading::DeleteHeader:
      words = delete_header(row, arguments);
      break;
    case Reading::Address:
      if (arguments.size() != 2 || arguments[1].find(':') == std::string::npos) {
        return std::nullopt;
      }
      return std::vector<Wording>{{std::string(row.word), arguments[0]},
                                  {std::string(row.modern), arguments[1]}};
  }
  if (!words) return std::nullopt;
  return std::vector<Wording>{std::move(*words)};
}

// As it may be written into a file.
std::string spelt(const Wording& words) {
  constexpr std::string_view kEscaped = " #\\'\"";
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    for (const char c : word) {
      const bool control = c == '\t' || c == '\n' || c == '\r';
      if (control || kEscaped.find(c) != std::string_view::npos) text += '\\';
      text += !control ? c : c == '\t' ? 't' : c == '\n' ? 'n' : 'r';
    }
  }
  return text;
}

std::string advice(std::string_view word, const std::vector<Wording>& lines) {
  const std::string quoted_word = "'" + std::string(word) + "'";
  if (lines.size() == 2) {
    return "the address behind " + quoted_word +
           " is of HAProxy 1.x and read as a line of its own: " + spelt(lines[1]);
  }
  const std::string text = quoted_word + " is of HAProxy 1.x and ";
  return text + (lines.empty() ? "has no effect; remove it" : "read as: " + spelt(lines[0]));
}

}  // namespace

std::vector<Line> modernised(const Line& line, Diagnostics& diagnostics) {
  const Arguments all = line.words;
  const bool prefixed = all.size() > 1 && (all[0] == "no" || all[0] == "default");
  const Arguments words = all.subspan(prefixed ? 1 : 0);
  for (const OldWord& row : kOldWords) {
    const Wording keyword = words_of(row.word);
    if (words.size() < keyword.size()) continue;
    if (!std::ranges::equal(keyword, words.first(keyword.size()))) continue;
    if (prefixed && row.reading == Reading::Address) continue;
    auto lines = rewritten(row, words.subspan(keyword.size()));
    if (!lines) break;
    if (prefixed && !lines->empty()) lines->front().insert(lines->front().begin(), all[0]);
    diagnostics.warning(line.where, advice(row.word, *lines));
    std::vector<Line> result;
    for (Wording& each : *lines) result.push_back({line.where, std::move(each)});
    return result;
  }
  return {line};
}

}  // namespace wslb::config
