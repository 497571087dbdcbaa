// What is wrong with a configuration and where. The parsers collect every diagnostic instead of
// stopping at the first, since an operator mends a file faster when it is told all at once.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace wslb::config {

// A line of a configuration file. Line 0 stands for the whole file.
struct Location {
  std::string file;
  int line = 0;

  auto operator<=>(const Location&) const = default;
};

enum class Severity : std::uint8_t { Warning, Error };

// `message` says what was found, what was expected and, for a misspelt word, the nearest known one.
struct Diagnostic {
  Severity severity = Severity::Error;
  Location where;
  std::string message;

  // "wslb.cfg:12: error: unknown keyword 'blance' in 'backend' section; did you mean 'balance'?"
  [[nodiscard]] std::string to_string() const;
};

class Diagnostics {
 public:
  void error(const Location& where, std::string message);
  void warning(const Location& where, std::string message);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  // Orders by file, as listed, and by line; what was reported first stays first within a line.
  void sort(const std::vector<std::string>& files);

  // In the order of the files once load() has returned.
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
  int errors_ = 0;
};

}  // namespace wslb::config
