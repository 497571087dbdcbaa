// `http-check expect` and `tcp-check expect`.
#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/check_lines.h"
#include "config/comma_list.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

using What = CheckExpect::What;

constexpr auto kUnsupported = std::to_array<std::string_view>(
    {"string-lf", "binary-lf", "name-lf", "value-lf", "on-success", "on-error", "status-code"});

struct StatusWord {
  std::string_view word;
  CheckStatus status;
};
constexpr auto kGood = std::to_array<StatusWord>({{"l7ok", CheckStatus::L7Ok},
                                                  {"l7okc", CheckStatus::L7OkConditionally},
                                                  {"l6ok", CheckStatus::L6Ok},
                                                  {"l4ok", CheckStatus::L4Ok}});
constexpr auto kBad = std::to_array<StatusWord>({{"l7okc", CheckStatus::L7OkConditionally},
                                                 {"l7rsp", CheckStatus::L7Response},
                                                 {"l7sts", CheckStatus::L7Status},
                                                 {"l6rsp", CheckStatus::L6Response},
                                                 {"l4con", CheckStatus::L4Connection}});
constexpr auto kLate = std::to_array<StatusWord>({{"l7tout", CheckStatus::L7Timeout},
                                                  {"l6tout", CheckStatus::L6Timeout},
                                                  {"l4tout", CheckStatus::L4Timeout}});

using MatchWords = std::array<std::string_view, 2>;
constexpr MatchWords kTextMatches{"string", "rstring"};
constexpr MatchWords kBinaryMatches{"binary", "rbinary"};  // of tcp-check
constexpr MatchWords kCodeMatches{"status", "rstatus"};    // of http-check
constexpr MatchWords kHeaderMatches{"hdr", "fhdr"};        // likewise
constexpr auto kExpectOptions = std::to_array<std::string_view>(
    {"min-recv", "comment", "ok-status", "error-status", "tout-status"});

// One line, word by word.
class ExpectLine {
 public:
  ExpectLine(const Statement& statement, HealthCheck::Protocol protocol)
      : statement_(statement), http_(protocol == HealthCheck::Protocol::Http) {}

  std::optional<CheckStep> parse() {
    while (good_ && at_ < statement_.size()) read_word();
    if (!good_) return std::nullopt;
    if (!matched_) {
      statement_.error("lacks what is expected");
      return std::nullopt;
    }
    step_.action = std::move(expect_);
    return std::move(step_);
  }

 private:
  void fail(const std::string& message) {
    if (good_) statement_.error(message);
    good_ = false;
  }

  // The word after the one just read.
  const std::string& value(const std::string& word) {
    const std::string& found = statement_[at_++];
    if (found.empty()) fail("lacks a value after '" + word + "'");
    return found;
  }

  void read_word() {
    std::string word = statement_[at_++];
    bool marked = false;
    for (; word.starts_with('!'); marked = true) {
      word.erase(0, 1);
      expect_.negated = !expect_.negated;
      if (word.empty()) word = statement_[at_++];
    }
    if (!read_option(word, marked) && !read_match(word)) report_unknown(word);
  }

  bool read_option(const std::string& word, bool marked) {
    if (std::ranges::count(kExpectOptions, word) == 0) return false;
    if (marked) return fail("cannot have '!' before '" + word + "'"), true;
    const std::string text = value(word);
    if (!good_) return true;
    if (word == "comment") step_.comment = text;
    if (word == "ok-status") expect_.on_success = status(word, text, kGood);
    if (word == "error-status") expect_.on_error = status(word, text, kBad);
    if (word == "tout-status") expect_.on_timeout = status(word, text, kLate);
    if (word == "min-recv") {
      const auto bytes = parse_integer(text, -1, std::numeric_limits<std::int32_t>::max());
      if (!bytes) return fail("'min-recv' " + bytes.error().message), true;
      expect_.bytes_min.reset();
      if (*bytes >= 0) expect_.bytes_min = static_cast<std::size_t>(*bytes);
    }
    return true;
  }

  template <typename Table>
  std::optional<CheckStatus> status(const std::string& word, const std::string& text,
                                    const Table& table) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto row = std::ranges::find(table, lower, &StatusWord::word);
    if (row != table.end()) return row->status;
    fail("'" + word + "' knows no '" + text + "'");
    return std::nullopt;
  }

  bool read_match(const std::string& word) {
    const auto is_one_of = [&](const auto& words) { return std::ranges::count(words, word) > 0; };
    const bool binary = !http_ && is_one_of(kBinaryMatches);
    const bool code = http_ && is_one_of(kCodeMatches);
    const bool header = http_ && is_one_of(kHeaderMatches);
    if (!is_one_of(kTextMatches) && !binary && !code && !header) return false;
    if (matched_) return fail("takes one pattern alone"), true;
    matched_ = true;
    if (header) return read_header(word), true;
    const std::string pattern = value(word);
    if (!good_) return true;
    if (word == "status") {
      expect_.what = What::Status;
      read_statuses(pattern);
    } else if (word == "string") {
      expect_.what = What::Text;
      expect_.text = pattern;
    } else if (word == "binary") {
      expect_.what = What::Binary;
      auto bytes = parse_hex(pattern);
      if (!bytes || bytes->empty()) {
        return fail("expects an even number of hexadecimal digits, not '" + pattern + "'"), true;
      }
      expect_.text = std::move(*bytes);
    } else {
      expect_.what = code ? What::StatusRegex : binary ? What::HexRegex : What::Regex;
      expect_.regex = compile(pattern);
    }
    return true;
  }

  std::optional<base::Regex> compile(const std::string& pattern) {
    auto regex = base::Regex::compile(pattern);
    if (regex) return *regex;
    fail(regex.error().message);
    return std::nullopt;
  }

  void read_statuses(const std::string& list) {
    for (const std::string_view item : split_at_commas(list)) {
      const auto dash = item.find('-');
      const auto first = parse_integer(item.substr(0, dash), 100, 999);
      const auto last =
          dash == std::string_view::npos ? first : parse_integer(item.substr(dash + 1), 100, 999);
      if (!first || !last || *first > *last) {
        return fail("expects status codes such as 200 or 200-399,401, not '" + list + "'");
      }
      expect_.statuses.push_back({static_cast<int>(*first), static_cast<int>(*last)});
    }
  }

  // `hdr name [-m METHOD] NAME [value [-m METHOD] VALUE]`
  void read_header(const std::string& word) {
    expect_.what = What::Header;
    expect_.whole_value = word == "fhdr";
    if (!statement_.is(at_, "name")) {
      if (statement_.is(at_, "name-lf")) return refuse("name-lf");
      return fail("expects 'name' after '" + word + "'");
    }
    ++at_;
    expect_.header_name = read_text("name");
    if (statement_.is(at_, "value-lf")) return refuse("value-lf");
    if (!good_ || !statement_.is(at_, "value")) return;
    ++at_;
    expect_.header_value = read_text("value");
  }

  CheckText read_text(const std::string& word) {
    CheckText pattern;
    if (statement_.is(at_, "-m")) {
      const std::string& method = statement_[at_ + 1];
      constexpr auto kMethods =
          std::to_array<std::string_view>({"str", "beg", "end", "sub", "reg"});
      const auto found = std::ranges::find(kMethods, method);
      if (found == kMethods.end()) {
        fail("'-m' expects 'str', 'beg', 'end', 'sub' or 'reg', not '" + method + "'");
        return pattern;
      }
      pattern.match = static_cast<CheckText::Match>(found - kMethods.begin());
      at_ += 2;
    }
    pattern.text = value(word);
    if (good_ && pattern.match == CheckText::Match::Regex) pattern.regex = compile(pattern.text);
    return pattern;
  }

  void refuse(std::string_view word) {
    statement_.refuse(word);
    good_ = false;
  }

  void report_unknown(const std::string& word) {
    if (std::ranges::count(kUnsupported, word) > 0) return refuse(word);
    WordNames names = check_expect_word_names();
    std::erase_if(names, [&](std::string_view name) {
      const bool of_http = std::ranges::count(kCodeMatches, name) > 0 ||
                           std::ranges::count(kHeaderMatches, name) > 0;
      return http_ ? std::ranges::count(kBinaryMatches, name) > 0 : of_http;
    });
    fail("knows no '" + word + "'" + did_you_mean(word, names));
  }

  const Statement& statement_;
  bool http_;
  std::size_t at_ = 0;
  bool good_ = true;
  bool matched_ = false;
  CheckExpect expect_;
  CheckStep step_;
};

}  // namespace

WordNames check_expect_word_names() {
  WordNames names(kExpectOptions.begin(), kExpectOptions.end());
  for (const auto& more : {kTextMatches, kBinaryMatches, kCodeMatches, kHeaderMatches}) {
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

std::optional<CheckStep> parse_check_expect(const Statement& statement,
                                            HealthCheck::Protocol protocol) {
  return ExpectLine(statement, protocol).parse();
}

}  // namespace wslb::config
