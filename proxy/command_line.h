// A line of the stats socket cut into commands, and those into words, as HAProxy does: `;` parts
// commands, blanks part words, a backslash takes the next character as it is. What comes out is
// bounded, whatever comes in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wslb::proxy {

class CommandWords {
 public:
  CommandWords() = default;
  explicit CommandWords(std::vector<std::string> words) : words_(std::move(words)) {}

  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] std::size_t size() const { return words_.size(); }
  // Empty where there is none.
  [[nodiscard]] const std::string& operator[](std::size_t index) const {
    static const std::string kMissing;
    return index < words_.size() ? words_[index] : kMissing;
  }

  // Whether the line begins with these words, parted by single blanks.
  [[nodiscard]] bool begin_with(std::string_view text) const;

 private:
  std::vector<std::string> words_;
};

struct CommandLine {
  std::vector<CommandWords> commands;
  std::string complaint;  // empty, or why none of them is to be run
};

inline constexpr std::size_t kCommandsMax = 64;  // of a line
inline constexpr std::size_t kWordsMax = 64;     // of a command

[[nodiscard]] CommandLine parse_command_line(std::string_view line);

}  // namespace wslb::proxy
