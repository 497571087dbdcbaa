// Connections by server, in the order of their last change, so that each reader can be told what
// is new to it and nothing has to be queued for him. Used by ServerLoads.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "agent/sticky/frame.h"
#include "agent/sticky/record.h"

namespace wslb::agent::sticky {

class LoadBoard {
 public:
  // With connections, or that had some. Of more, the rest counts as idle.
  static constexpr std::size_t kServersMax = 16384;

  // False: there is no room for one more.
  bool set(const ServerName& name, std::uint32_t connections);
  void clear();  // all are idle
  [[nodiscard]] std::uint32_t connections(const ServerName& name) const;

  // For a reader who has seen all until `seen`, at first 0. It may turn out that there is nothing.
  [[nodiscard]] bool has_after(Sequence seen) const { return sequence_ > seen; }
  [[nodiscard]] Loads after(Sequence& seen) const;  // as much as goes into a frame

 private:
  struct Place {
    std::uint32_t connections = 0;
    Sequence changed = 0;
  };
  using Servers = std::map<ServerName, Place>;

  void change(Servers::iterator at, std::uint32_t connections);
  [[nodiscard]] bool make_room();

  Servers servers_;
  std::map<Sequence, Servers::iterator> changes_;  // one of each server: the last
  Sequence sequence_ = 0;
  std::size_t idle_ = 0;
};

}  // namespace wslb::agent::sticky
