// Reads the files of `errorfile` lines when the configuration is read, so that an error is told
// then and not when a client needs the page.
#pragma once

#include "config/config.h"

namespace wslb::proxy {

// Adds to `diagnostics` what is wrong with a file.
void read_error_files(config::Config& config, config::Diagnostics& diagnostics);

}  // namespace wslb::proxy
