// The vocabulary of time. wslb knows one clock, the monotonic one: wall-clock steps must never
// look like a dead peer. Pure code takes a TimePoint argument and never reads a clock itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace wslb::base {

// Nanoseconds, because a skew at a 10 ms interval is some microseconds (RFC 9568, section 6.1).
using Duration = std::chrono::nanoseconds;

// An instant of CLOCK_MONOTONIC.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// The unit of VRRPv3's Max Advertise Interval, 1 .. 4095 on the wire (RFC 9568, section 5.2.7).
using Centiseconds = std::chrono::duration<std::int32_t, std::centi>;

}  // namespace wslb::base
