// The words of keepalived.conf(5) that have no counterpart in a wslb.cfg: which of them need none,
// and what to do about the others.
#pragma once

#include "ctl/migration/keepalived_block.h"

namespace wslb::ctl::migration {

enum class Scope : std::uint8_t { File, Globals, Instance, Group };

// Says of a statement that is not carried over why, and what to do.
void tell_verdict(Scope scope, const Block& statement, Remarks& remarks);

}  // namespace wslb::ctl::migration
