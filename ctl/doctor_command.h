// `wslbctl doctor`: what is wrong on this host, and what to do about it.
#pragma once

#include "ctl/commands.h"

namespace wslb::ctl {

[[nodiscard]] Exit run_doctor(const DoctorCommand& command, const Arguments& arguments);

}  // namespace wslb::ctl
