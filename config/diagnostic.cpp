#include "config/diagnostic.h"

#include <algorithm>
#include <utility>

namespace wslb::config {

std::string Diagnostic::to_string() const {
  std::string text = where.file;
  if (where.line > 0) text += ":" + std::to_string(where.line);
  text += severity == Severity::Error ? ": error: " : ": warning: ";
  return text + message;
}

void Diagnostics::error(const Location& where, std::string message) {
  ++errors_;
  all_.push_back({Severity::Error, where, std::move(message)});
}

void Diagnostics::warning(const Location& where, std::string message) {
  all_.push_back({Severity::Warning, where, std::move(message)});
}

void Diagnostics::sort(const std::vector<std::string>& files) {
  const auto place = [&files](const Diagnostic& diagnostic) {
    return std::pair(std::ranges::find(files, diagnostic.where.file) - files.begin(),
                     diagnostic.where.line);
  };
  std::ranges::stable_sort(all_, {}, place);
}

}  // namespace wslb::config
