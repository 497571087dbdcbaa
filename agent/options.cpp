#include "agent/options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <getopt.h>

namespace wslb::agent {
namespace {

constexpr int kRunDir = 256;
constexpr int kLogLevel = 257;
constexpr std::array<option, 6> kLongOptions{{
    {"run-dir", required_argument, nullptr, kRunDir},
    {"log-level", required_argument, nullptr, kLogLevel},
    {"version", no_argument, nullptr, 'v'},
    {"help", no_argument, nullptr, 'h'},
    {nullptr, 0, nullptr, 0},
}};
constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warning", "error"};

}  // namespace

std::string usage() {
  return "usage: wslb-agent [-f FILE]... [-c] [-n NODE] [--run-dir DIR] [--log-level LEVEL]\n"
         "  -f FILE            configuration, default /etc/wslb/wslb.cfg; several are read as one\n"
         "  -c                 check the configuration and exit\n"
         "  -n NODE            which node of the cluster this is, default the hostname\n"
         "  --run-dir DIR      for sockets and lock, default /run/wslb\n"
         "  --log-level LEVEL  debug, info, warning or error; default info\n"
         "  -v, --version      show the version and exit\n";
}

base::Result<Options> parse_options(int argc, char** argv) {
  Options options;
  optind = 1;
  opterr = 0;
  for (;;) {
    const int word = optind;
    const int found = ::getopt_long(argc, argv, ":f:cn:vh", kLongOptions.data(), nullptr);
    if (found == -1) break;
    switch (found) {
      case 'f':
        options.files.emplace_back(optarg);
        break;
      case 'c':
        options.check_only = true;
        break;
      case 'n':
        options.node = optarg;
        break;
      case 'v':
        options.show_version = true;
        break;
      case 'h':
        options.show_help = true;
        break;
      case kRunDir:
        options.run_dir = optarg;
        break;
      case kLogLevel:
        options.log_level = optarg;
        break;
      case ':':
        return base::Error{std::string("option ") + argv[word] + " needs a value"};
      default:
        return base::Error{std::string("unknown option ") + argv[word]};
    }
  }
  if (optind < argc) return base::Error{std::string("unexpected argument ") + argv[optind]};
  if (std::ranges::find(kLogLevels, options.log_level) == kLogLevels.end()) {
    return base::Error{"unknown log level " + options.log_level +
                       ": expected debug, info, warning or error"};
  }
  if (options.files.empty()) options.files.emplace_back("/etc/wslb/wslb.cfg");
  return options;
}

}  // namespace wslb::agent
