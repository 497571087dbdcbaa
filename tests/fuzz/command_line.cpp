// Lines of the stats socket: what comes out is bounded, has no empty word, and says the same when
// its words are written down again.
#include "proxy/command_line.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using wslb::proxy::CommandLine;
using wslb::proxy::CommandWords;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string written(const CommandWords& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += ' ';
    for (const char c : words[i]) text += {'\\', c};
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line(data, data + size);
  const CommandLine parsed = wslb::proxy::parse_command_line(line);
  require(parsed.complaint.empty() || parsed.commands.empty());
  require(parsed.commands.size() <= wslb::proxy::kCommandsMax);
  for (const CommandWords& words : parsed.commands) {
    require(words.size() <= wslb::proxy::kWordsMax);
    for (std::size_t i = 0; i < words.size(); ++i) require(!words[i].empty());
    (void)words.begin_with("set maxconn server");
    const CommandLine again = wslb::proxy::parse_command_line(written(words));
    if (words.empty()) continue;
    require(again.commands.size() == 1 && again.commands[0].size() == words.size());
    for (std::size_t i = 0; i < words.size(); ++i) require(again.commands[0][i] == words[i]);
  }
  return 0;
}
