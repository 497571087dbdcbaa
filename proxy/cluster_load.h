// How busy the servers are in the whole cluster: tells the agent how many requests and tunnels this
// proxy has with each, and gives its pools what the agent says of all other hosts, for `leastconn`
// and `random`. Looks at the pools when it is asked to, so that a request costs nothing more. Used
// by StickyLink, on the first worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/sticky.pb.h"
#include "proxy/service.h"

namespace wslb::proxy {

class ClusterLoad {
 public:
  // Of the configuration in use.
  void set_service(std::shared_ptr<const Service> service);

  // From here on next() tells what has changed since the last time, a packet at a time; false:
  // nothing (more).
  void look() { at_ = pools_.begin(); }
  bool next(proto::StickyLoads& out);

  void take(const proto::StickyLoads& loads);
  // The agent has gone: another one knows nothing yet, and nobody knows of other hosts.
  void reset();

 private:
  struct Pool {
    ServerPool* pool = nullptr;
    std::vector<std::uint32_t> told;                  // by server
    std::map<std::string_view, std::size_t> numbers;  // of the servers, by name
  };
  using Pools = std::map<std::string, Pool, std::less<>>;

  bool gather(const std::string& backend, Pool& pool, proto::StickyLoads& out, std::size_t& bytes);
  void apply(std::string_view backend, std::string_view server, std::uint32_t connections);

  std::shared_ptr<const Service> service_;
  Pools pools_;
  Pools::iterator at_ = pools_.end();
  bool anew_ = true;  // the agent knows of servers that may have gone
  std::vector<std::uint32_t> served_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> elsewhere_;  // none of them 0
};

}  // namespace wslb::proxy
