// What follows from a status: may this pair lose a host right now, and what should somebody look
// into? The same answers for `wslbctl status`, the status page and the metrics. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace wslb::view {

// Whether another node than the active one of a section can take over at this moment.
struct Successor {
  enum class Verdict : std::uint8_t {
    Ready,    // `node` does it when the active one goes
    Missing,  // nobody; `why`
    Unknown,  // nobody of this cluster could, but there may be other routers
  };
  Verdict verdict = Verdict::Unknown;
  std::string node;  // the first that can
  std::string why;   // why not, or a remark; one clause
};

[[nodiscard]] Successor successor_of(const proto::Status& status,
                                     const proto::Status::Vrrp& section);

// One clause that says it in words: "lb2 can take over now".
[[nodiscard]] std::string describe(const Successor& successor);

// Of this node and what it knows of its peers, each "who: what". Empty: nothing is wrong.
[[nodiscard]] std::vector<std::string> alarms_of(const proto::Status& status);

// All shared tables are the same on every node of the cluster that is connected, and all are.
[[nodiscard]] bool tables_in_step(const proto::Status& status);

}  // namespace wslb::view
