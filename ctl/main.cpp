// wslbctl: reads the command line, does what it says, reports by its exit status.
#include <cstdio>
#include <span>

#include "ctl/arguments.h"
#include "ctl/commands.h"

int main(int argc, char** argv) {
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  const auto arguments = wslb::ctl::parse_arguments(words.subspan(argc > 0 ? 1 : 0));
  if (!arguments) {
    std::fprintf(stderr, "wslbctl: %s; 'wslbctl help' lists the commands\n",
                 arguments.error().message.c_str());
    return static_cast<int>(wslb::ctl::Exit::Usage);
  }
  return static_cast<int>(wslb::ctl::run(*arguments));
}
