#include "proxy/error_files.h"

#include "base/file.h"
#include "proxy/http/error_reply.h"

namespace wslb::proxy {

namespace {

void read(const std::string& file, const config::Location& where, std::string& into,
          config::Diagnostics& diagnostics) {
  if (file.empty()) return;
  const auto text = base::read_file(file);
  if (!text) return diagnostics.error(where, "'errorfile' " + text.error().message);
  auto message = http::checked_error_file(*text);
  if (message) {
    into = std::move(*message);
  } else {
    diagnostics.error(where, "'errorfile' '" + file + "' " + message.error().message);
  }
}

}  // namespace

void read_error_files(config::Config& config, config::Diagnostics& diagnostics) {
  for (config::ProxySection& section : config.proxies) {
    for (auto& [status, reply] : section.error_replies) {
      read(reply.file, reply.where, reply.message, diagnostics);
    }
    for (auto* const rules : {&section.request_rules, &section.response_rules}) {
      for (config::HttpRule& rule : *rules) {
        read(rule.reply.file, rule.where, rule.reply.message, diagnostics);
      }
    }
  }
}

}  // namespace wslb::proxy
