// What the doctor found as text for people and as JSON. Pure.
#pragma once

#include <string>

#include "ctl/doctor/finding.h"

namespace wslb::ctl::doctor {

[[nodiscard]] std::string report_text(const Report& report, bool colour);
// {"findings":[{"severity","id","subject","what","why","remedy"}],"unchecked":[]}
[[nodiscard]] std::string report_json(const Report& report);

}  // namespace wslb::ctl::doctor
