// What a process writes down when it crashes, so that its successor can tell which connections it
// was busy with: one that kills process after process is closed. A SIGKILL leaves no note: nobody
// is to blame for it.
//
// Set up by Server, before the threads; then by each of its threads.
#pragma once

#include <cstddef>

#include "proxy/vault/arena.h"

namespace wslb::proxy {

// Once. The arena must live as long as the process. Whoever handled these signals before still gets
// them.
void note_crashes_in(vault::Arena& arena);

// This thread is that worker's.
void note_crashes_of(std::size_t worker);

}  // namespace wslb::proxy
