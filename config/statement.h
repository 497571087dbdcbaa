// One line of a section as its keyword's handler sees it: the arguments, and a way to complain.
// The keyword may be of two words ("timeout client") and may follow `no` or `default`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/diagnostic.h"
#include "config/lexer.h"
#include "config/value.h"

namespace wslb::config {

enum class Prefix : std::uint8_t { None, No, Default };

class Statement {
 public:
  Statement(Prefix prefix, std::string keyword, std::span<const std::string> arguments,
            const Location& where, Diagnostics& diagnostics)
      : prefix_(prefix),
        keyword_(std::move(keyword)),
        arguments_(arguments),
        where_(where),
        diagnostics_(diagnostics) {}

  [[nodiscard]] Prefix prefix() const { return prefix_; }
  [[nodiscard]] bool is_on() const { return prefix_ == Prefix::None; }
  [[nodiscard]] const std::string& keyword() const { return keyword_; }
  [[nodiscard]] std::span<const std::string> arguments() const { return arguments_; }
  [[nodiscard]] std::size_t size() const { return arguments_.size(); }
  // An argument that was left out is empty; none that is there is.
  [[nodiscard]] const std::string& operator[](std::size_t index) const {
    static const std::string kMissing;
    return index < arguments_.size() ? arguments_[index] : kMissing;
  }
  [[nodiscard]] const Location& where() const { return where_; }
  [[nodiscard]] Diagnostics& diagnostics() const { return diagnostics_; }

  // "'KEYWORD' message".
  void error(const std::string& message) const;
  // "'KEYWORD' expects WHAT, not 'ARGUMENT'", of the first argument.
  void expects(std::string_view what) const;
  void warning(const std::string& message) const;
  // "'KEYWORD': 'WORD' is not supported by this version of wslb".
  void refuse(std::string_view word) const;

  // The value, or nothing after its error was reported.
  template <typename T>
  std::optional<T> accept(base::Result<T> result) const {
    if (result) return std::move(*result);
    error(result.error().message);
    return std::nullopt;
  }

  // The argument as a number or duration; nothing after an error was reported.
  [[nodiscard]] std::optional<std::int64_t> integer(std::size_t index, std::int64_t min,
                                                    std::int64_t max) const {
    return accept(parse_integer((*this)[index], min, max));
  }
  [[nodiscard]] std::optional<base::Duration> duration(std::size_t index) const {
    return accept(parse_duration((*this)[index]));
  }
  [[nodiscard]] bool is(std::size_t index, std::string_view word) const {
    return (*this)[index] == word;
  }

 private:
  Prefix prefix_;
  std::string keyword_;
  std::span<const std::string> arguments_;
  const Location& where_;
  Diagnostics& diagnostics_;
};

}  // namespace wslb::config
