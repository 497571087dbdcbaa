#include "proxy/options.h"

#include <cstddef>

namespace wslb::proxy {

base::Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& flag = arguments[i];
    const auto value = [&]() -> std::string {
      return i + 1 < arguments.size() ? arguments[++i] : std::string();
    };
    std::string* wanted = nullptr;
    std::string file;
    std::string peer_name;  // there are no `peers` sections yet that would ask for it
    if (flag == "-f") {
      wanted = &file;
    } else if (flag == "-p") {
      wanted = &options.pidfile;
    } else if (flag == "--agent") {
      wanted = &options.agent_socket;
    } else if (flag == "--compat-1.x") {
      options.compat_1x = true;
    } else if (flag == "-L") {
      wanted = &peer_name;
    } else if (flag == "-c") {
      options.check_only = true;
    } else if (flag == "-db") {
      options.foreground = true;
    } else if (flag == "-d") {
      options.foreground = options.debug = true;
    } else if (flag == "-D") {
      options.daemon = true;
    } else if (flag == "-v" || flag == "-vv") {
      options.version = true;
      options.features = flag == "-vv";
    } else if (flag == "-cc" && i + 1 < arguments.size()) {
      options.condition = arguments[++i];
    } else if (flag == "-W" || flag == "-Ws" || flag == "-dM" || flag.starts_with("-dM")) {
      // One process is enough, and the sanitizers look at memory: nothing to do.
    } else {
      return base::Error{"unknown or unsupported flag '" + flag + "'\n" + usage()};
    }
    if (wanted == nullptr) continue;
    *wanted = value();
    if (wanted->empty()) return base::Error{"flag '" + flag + "' needs a value\n" + usage()};
    constexpr std::size_t kSocketPathMax = 107;  // sun_path, unix(7)
    if (wanted == &options.agent_socket && wanted->size() > kSocketPathMax) {
      return base::Error{"the path of --agent is too long for a Unix socket: " + *wanted};
    }
    if (wanted == &file) options.files.push_back(file);
  }
  if (options.files.empty() && !options.version && !options.condition) {
    return base::Error{"no configuration file is given\n" + usage()};
  }
  return options;
}

std::string usage() {
  return "usage: wslb-proxy -f FILE [-f FILE...] [-c] [-d] [-db] [-D] [-p PIDFILE] [-L NAME] [-W] "
         "[-dM]"
         " [-v|-vv] [-cc CONDITION] [--agent SOCKET] [--compat-1.x]";
}

}  // namespace wslb::proxy
