// A regular expression, compiled once when the configuration is read. Matching costs a bounded time
// whatever the subject: beyond the limit it counts as no match, as it does in HAProxy. Copies share
// the compiled form, which any number of threads may use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wslb::base {

class Regex {
 public:
  enum class Case : std::uint8_t { Sensitive, Insensitive };

  static Result<Regex> compile(std::string_view pattern, Case letter_case = Case::Sensitive);

  [[nodiscard]] bool matches(std::string_view subject) const;

  // How replace() treats what it found: `\1` .. `\9` stand for groups, `\0` for the whole match,
  // another character behind a backslash for itself.
  struct Replacement {
    std::string_view text;
    bool everywhere = false;  // else the first match alone
    std::size_t bytes_max = 16 * 1024;
  };
  // The subject with its matches replaced. False, and nothing written, where nothing matches or the
  // result would be too long.
  bool replace(std::string_view subject, const Replacement& replacement, std::string& out) const;
  // The same, but all that is kept of the subject is the replacement of its first match.
  bool compose(std::string_view subject, const Replacement& replacement, std::string& out) const;

  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  struct Code;

  std::string pattern_;
  std::shared_ptr<const Code> code_;
};

}  // namespace wslb::base
