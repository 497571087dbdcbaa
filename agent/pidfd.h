// <sys/pidfd.h> for C++: the header of Debian 12's glibc (2.36) lacks the C linkage of its own
// functions, which later ones have.
#pragma once

extern "C" {
#include <sys/pidfd.h>
}
