#include "ctl/import_command.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <glob.h>

#include "base/environment.h"
#include "base/file.h"
#include "ctl/answer_json.h"
#include "ctl/inquiry.h"
#include "ctl/migration/import.h"

namespace wslb::ctl {
namespace {

Exit refuse(const std::string& line) {
  return fail(Exit::No, line);
}

std::vector<config::Source> read_included(const std::string& pattern) {
  std::vector<config::Source> sources;
  glob_t found{};
  if (::glob(pattern.c_str(), GLOB_BRACE, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      const std::string path = found.gl_pathv[i];
      if (auto text = base::read_file(path)) sources.push_back({path, std::move(*text)});
    }
  }
  ::globfree(&found);
  return sources;
}

base::Result<migration::ImportInput> gather(const ImportCommand& command) {
  migration::ImportInput input;
  const auto add = [&](const std::string& node, const std::string& path) -> base::Result<void> {
    auto text = base::read_file(path);
    if (!text) return text.error();
    input.keepalived.push_back({node, {path, std::move(*text)}});
    return {};
  };
  if (!command.keepalived.empty()) {
    if (const auto added = add("", command.keepalived); !added) return added.error();
  }
  for (const auto& [node, path] : command.nodes) {
    if (const auto added = add(node, path); !added) return added.error();
  }
  auto haproxy = base::read_file(command.haproxy);
  if (!haproxy) return haproxy.error();
  input.haproxy = {command.haproxy, std::move(*haproxy)};
  for (const auto& [node, address] : command.addresses) {
    input.addresses.push_back({node, *base::IpAddress::parse(address)});
  }
  input.read_included = read_included;
  input.environment = base::environment();
  if (!command.output.empty()) input.output = command.output;
  return input;
}

base::Result<void> write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (file) return {};
  return base::Error{"cannot write " + path + ": " + std::strerror(errno)};
}

}  // namespace

Exit run_import(const ImportCommand& command, const Arguments& arguments) {
  const auto input = gather(command);
  if (!input) return refuse(input.error().message);
  const migration::Imported imported = migration::import_pair(*input);
  if (!command.output.empty()) {
    if (const auto written = write(command.output, imported.text); !written) {
      return refuse(written.error().message);
    }
  }
  if (arguments.json) {
    print(import_json(imported));
  } else {
    if (command.output.empty()) print(imported.text);
    for (const migration::Remark& remark : imported.remarks.all()) {
      std::fprintf(stderr, "%s\n", remark.to_string().c_str());
    }
  }
  if (!imported.remarks.anything_to_do()) return Exit::Done;
  return refuse(imported.valid
                    ? "something is to do before the result does what the two did; see above"
                    : "'wslbctl check' refuses the result until the above is done");
}

}  // namespace wslb::ctl
