#include "ctl/import_arguments.h"

#include "base/ip_address.h"
#include "config/name.h"

namespace wslb::ctl {
namespace {

// "lb1=FILE".
base::Result<ImportCommand::Named> parse_named(const std::string& option,
                                               const std::string& value) {
  const auto equals = value.find('=');
  if (equals == std::string::npos || equals + 1 == value.size()) {
    return base::Error{option + " expects NAME=" + (option == "--node" ? "FILE" : "ADDRESS") +
                       ", not '" + value + "'"};
  }
  ImportCommand::Named named{value.substr(0, equals), value.substr(equals + 1)};
  if (named.first.empty() || config::name_error(named.first)) {
    return base::Error{option + ": '" + named.first + "' is no name of a node"};
  }
  if (option == "--address" && !base::IpAddress::parse(named.second)) {
    return base::Error{"--address: '" + named.second + "' is no IP address"};
  }
  return named;
}

base::Result<ImportCommand> with_files(ImportCommand command,
                                       const std::vector<std::string>& files) {
  const std::size_t expected = command.nodes.empty() ? 2 : 1;
  if (files.size() != expected) {
    return base::Error{expected == 2
                           ? "import expects two files: keepalived.conf and haproxy.cfg"
                           : "import expects one file, haproxy.cfg, behind '--node NAME=FILE'"};
  }
  if (expected == 2) command.keepalived = files.front();
  command.haproxy = files.back();
  return command;
}

}  // namespace

base::Result<ImportCommand> parse_import(std::span<const char* const> words) {
  ImportCommand command;
  std::vector<std::string> files;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    const bool takes_value = word == "--node" || word == "--address" || word == "-o";
    if (takes_value && i + 1 == words.size()) return base::Error{word + " needs a value"};
    if (word == "-o") {
      command.output = words[++i];
    } else if (takes_value) {
      auto named = parse_named(word, words[++i]);
      if (!named) return named.error();
      (word == "--node" ? command.nodes : command.addresses).push_back(std::move(*named));
    } else if (word.starts_with("-") && word.size() > 1) {
      return base::Error{"import has no option " + word};
    } else {
      files.push_back(word);
    }
  }
  return with_files(std::move(command), files);
}

}  // namespace wslb::ctl
