// A pair in good order, as lb1's agent tells it: lb1 is active, lb2 is backup.
#pragma once

#include "proto/control.pb.h"

namespace wslb::view {

proto::Status example_pair();

}  // namespace wslb::view
