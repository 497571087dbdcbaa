// The answers of the commands that need no agent, as JSON: keys are only ever added. Each text is
// one line and ends with a newline. Pure.
#pragma once

#include <string>

#include "config/diagnostic.h"
#include "ctl/migration/import.h"

namespace wslb::ctl {

// {"done":["..."],"diagnostics":[{"severity","file","line","message"}]}; `done` is empty where
// there are errors.
[[nodiscard]] std::string check_json(const config::Diagnostics& diagnostics);
// {"key"}
[[nodiscard]] std::string key_json(const std::string& line);
// {"configuration","valid","remarks":[{"kind","file","line","text"}]}
[[nodiscard]] std::string import_json(const migration::Imported& imported);

}  // namespace wslb::ctl
