// `wslbctl import`: reads the files, prints the wslb.cfg and what is to be said about it.
#pragma once

#include "ctl/commands.h"

namespace wslb::ctl {

[[nodiscard]] Exit run_import(const ImportCommand& command, const Arguments& arguments);

}  // namespace wslb::ctl
