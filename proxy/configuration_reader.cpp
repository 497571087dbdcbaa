#include "proxy/configuration_reader.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/environment.h"
#include "base/file.h"
#include "proxy/error_files.h"
#include "proxy/server_names.h"

namespace wslb::proxy {
namespace {

// A directory stands for its *.cfg files in the order of their names, as in HAProxy.
std::vector<std::string> expand(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    const std::size_t first = files.size();
    for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) {
      const std::string name = entry.path().filename().string();
      const bool taken = name.ends_with(".cfg") && !name.starts_with('.');
      if (taken && entry.is_regular_file(ignored)) files.push_back(entry.path().string());
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

void add_messages(const config::Diagnostics& diagnostics, std::vector<std::string>& messages) {
  for (const config::Diagnostic& each : diagnostics.all()) messages.push_back(each.to_string());
}

}  // namespace

bool ReadConfiguration::listens() const {
  return config != nullptr && std::ranges::any_of(config->proxies, [](const auto& section) {
           return !section.binds.empty();
         });
}

ReadConfiguration read_configuration(const ConfigurationSource& source) {
  ReadConfiguration result;
  std::vector<config::Source> sources;
  for (const std::string& file : expand(source.paths)) {
    base::Result<std::string> text = base::read_file(file);
    if (!text) {
      result.messages.push_back(text.error().message);
      return result;
    }
    sources.push_back({file, std::move(*text)});
  }
  config::LoadResult loaded =
      config::load(sources, base::environment(), base::read_file, source.dialect);
  read_error_files(loaded.config, loaded.diagnostics);
  if (!loaded.diagnostics.has_errors()) resolve_server_names(loaded.config, loaded.diagnostics);
  add_messages(loaded.diagnostics, result.messages);
  if (loaded.diagnostics.has_errors()) return result;
  auto config = std::make_shared<const config::Config>(std::move(loaded.config));
  auto tls = std::make_shared<TlsStore>();
  config::Diagnostics found;
  const bool good = tls->load(*config, found);
  add_messages(found, result.messages);
  if (!good) return result;
  result.config = std::move(config);
  result.tls = std::move(tls);
  return result;
}

}  // namespace wslb::proxy
