// wslbctl: reads the command line, does what it says, reports by its exit status.
#include <cstdio>
#include <span>

#include "ctl/arguments.h"
#include "ctl/commands.h"
#include "ctl/inquiry.h"

int main(int argc, char** argv) {
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  const auto arguments = wslb::ctl::parse_arguments(words.subspan(argc > 0 ? 1 : 0));
  if (!arguments) {
    std::fprintf(stderr, "wslbctl: %s; 'wslbctl help' lists the commands\n",
                 arguments.error().message.c_str());
    return static_cast<int>(wslb::ctl::Exit::Usage);
  }
  const wslb::ctl::Exit exit = wslb::ctl::run(*arguments);
  // A key or a configuration that did not get to the disk is not done.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return static_cast<int>(exit);
  return static_cast<int>(
      wslb::ctl::fail(wslb::ctl::Exit::No, "cannot write the output; is the disk full?"));
}
