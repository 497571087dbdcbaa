// The replica as HAProxy's peers see it: its entries as updates, and their updates as changes made
// on this host. Every agent tells what its own host changed. One for each HaproxyPeers. Used by
// StickyService.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/haproxy_store.h"
#include "agent/sticky/replica.h"

namespace wslb::agent {

class ReplicaStore : public HaproxyStore {
 public:
  // `tables`: names of those that the section shares.
  ReplicaStore(sticky::Replica& replica, std::set<std::string> tables)
      : replica_(replica), tables_(std::move(tables)) {}

  [[nodiscard]] const peers::Table* table(const std::string& name) const override;
  std::optional<peers::Change> next_change(std::uint64_t after, const std::string& peer,
                                           peers::Scope scope) override;
  [[nodiscard]] std::uint64_t newest() const override { return replica_.sequence(); }
  [[nodiscard]] base::Duration refresh_interval() const override;
  [[nodiscard]] bool complete() const override { return replica_.size() > 0; }
  void apply(const peers::Update& update, const std::string& from_peer) override;

 private:
  // Where a peer reads, so that the next change need not be searched for.
  struct Reader {
    std::unique_ptr<sticky::Replica::Cursor> cursor;
    std::uint64_t at = 0;
  };

  [[nodiscard]] bool is_for(const sticky::Replica::Entry& entry, peers::Scope scope) const;

  sticky::Replica& replica_;
  std::set<std::string> tables_;
  mutable peers::Table table_;  // that was asked for last
  std::map<std::pair<std::string, peers::Scope>, Reader> readers_;
};

}  // namespace wslb::agent
