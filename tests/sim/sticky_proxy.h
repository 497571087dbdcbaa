// What a wslb-proxy does with one sticky table, as far as its agent can see it: a map of entries,
// changes that wait for an acknowledgement, and what comes from elsewhere. And with the loads of
// servers: its own, and what it is told of others.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agent/sticky/hub.h"
#include "base/time.h"

namespace wslb::sim {

class StickyProxy {
 public:
  struct Item {
    std::string value;
    bool pinned = false;
    bool removed = false;      // until that is acknowledged
    std::uint64_t number = 0;  // of its last change here; 0: acknowledged, or somebody else's
    bool restated = false;
    bool is_held = false;  // pinned elsewhere
    base::TimePoint deadline{};
    base::TimePoint made{};  // when it changed last here
  };

  using Loads = std::map<std::string, std::uint32_t>;  // by server; none of them 0

  explicit StickyProxy(base::Duration expire) : expire_(expire) {}

  void store(const std::string& key, const std::string& value, base::TimePoint now);
  void pin(const std::string& key, bool pinned, base::TimePoint now);
  void clear(const std::string& key, base::TimePoint now);
  void expire(base::TimePoint now);
  void set_load(const std::string& server, std::uint32_t connections);

  // The agent has died: nobody will say any more what is not pinned elsewhere.
  void lose_agent(base::TimePoint now);
  // A new agent is there: tells it everything. What had not been acknowledged is news.
  void greet();
  // False: nothing to tell. Views into this proxy.
  bool take_changes(agent::sticky::ProxyChanges& changes, base::TimePoint now);
  bool take_loads(agent::sticky::Loads& loads);
  void receive(const agent::sticky::ProxyFrame& frame, base::TimePoint now);

  [[nodiscard]] bool synced() const { return synced_; }
  [[nodiscard]] const std::map<std::string, Item>& items() const { return items_; }
  [[nodiscard]] const Loads& loads() const { return loads_; }
  [[nodiscard]] const Loads& elsewhere() const { return elsewhere_; }

 private:
  void end(std::map<std::string, Item>::iterator at, base::TimePoint now);
  void change(Item& item, base::TimePoint now);
  void apply(const agent::sticky::Record& record, base::TimePoint now);

  base::Duration expire_;
  std::map<std::string, Item> items_;
  std::uint64_t number_ = 0;
  std::uint64_t told_ = 0;
  bool synced_ = false;
  Loads loads_;
  std::map<std::string, std::uint32_t> news_;  // of loads
  Loads elsewhere_;
};

}  // namespace wslb::sim
