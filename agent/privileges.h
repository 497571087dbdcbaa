// What the process may do: the two capabilities that the agent cannot do without, and the real-time
// priority and locked memory that it would like to have.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace wslb::agent {

// The error names the capabilities that are missing.
[[nodiscard]] base::Result<void> check_capabilities();

// Of the calling thread alone, for good: for one that reads what strangers send. CAP_IPC_LOCK stays
// where it is there, since without it a thread of a process whose memory is locked gets none.
void drop_thread_capabilities();

// As many descriptors as the hard limit allows, for the vault. Returns how many that are.
std::uint64_t raise_descriptor_limit();

// Where it is not allowed, it logs so and goes on.
void become_realtime();
// Before the end: what waits by spinning then, such as LeakSanitizer, would hold a whole processor.
void become_ordinary();

}  // namespace wslb::agent
