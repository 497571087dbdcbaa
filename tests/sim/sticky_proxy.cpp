#include "tests/sim/sticky_proxy.h"

#include "base/overloaded.h"
#include "tests/sim/sticky_frame.h"

namespace wslb::sim {
namespace {

namespace sticky = agent::sticky;
using Kind = sticky::ProxyChange::Kind;

void put(StickyProxy::Loads& loads, const std::string& server, std::uint32_t connections) {
  if (connections == 0) {
    loads.erase(server);
  } else {
    loads[server] = connections;
  }
}

}  // namespace

void StickyProxy::store(const std::string& key, const std::string& value, base::TimePoint now) {
  Item& item = items_[key];
  item.value = value;
  item.removed = item.is_held = false;
  change(item, now);
  item.deadline = now + expire_;
}

void StickyProxy::pin(const std::string& key, bool pinned, base::TimePoint now) {
  const auto found = items_.find(key);
  if (found == items_.end() || found->second.removed) return;
  found->second.pinned = pinned;
  found->second.is_held = false;
  change(found->second, now);
  found->second.deadline = now + expire_;
}

void StickyProxy::change(Item& item, base::TimePoint now) {
  item.number = ++number_;
  item.restated = false;
  item.made = now;
}

void StickyProxy::clear(const std::string& key, base::TimePoint now) {
  const auto found = items_.find(key);
  if (found == items_.end()) return;
  found->second.removed = true;
  found->second.pinned = false;
  change(found->second, now);
}

void StickyProxy::expire(base::TimePoint now) {
  std::erase_if(items_, [&](const auto& entry) {
    const Item& item = entry.second;
    return !item.removed && !item.pinned && !item.is_held && item.deadline <= now;
  });
}

void StickyProxy::set_load(const std::string& server, std::uint32_t connections) {
  put(loads_, server, connections);
  news_[server] = connections;
}

void StickyProxy::lose_agent(base::TimePoint now) {
  elsewhere_.clear();
  for (auto& [key, item] : items_) {
    if (item.is_held) item.deadline = now + expire_;
    item.is_held = false;
  }
}

void StickyProxy::greet() {
  news_ = loads_;
  synced_ = false;
  told_ = 0;
  for (auto& [key, item] : items_) {
    if (item.number == 0) item.restated = true;
    item.number = ++number_;
  }
}

bool StickyProxy::take_changes(sticky::ProxyChanges& changes, base::TimePoint now) {
  for (const auto& [key, item] : items_) {
    if (item.number <= told_) continue;
    sticky::ProxyChange change;
    change.kind = item.removed ? Kind::Removed : item.restated ? Kind::Restated : Kind::Changed;
    change.record = {.table = 0, .key = view(key), .value = view(item.value)};
    change.record.life = item.pinned ? sticky::Life::Pinned : sticky::Life::Aging;
    change.record.expires_in = item.deadline - now;
    change.made = item.made;
    changes.changes.push_back(change);
  }
  told_ = changes.number = number_;
  return !changes.changes.empty();
}

bool StickyProxy::take_loads(sticky::Loads& loads) {
  for (const auto& [server, connections] : news_) {
    loads.loads.push_back({{"app", server}, connections});
  }
  news_.clear();
  return !loads.loads.empty();
}

void StickyProxy::receive(const sticky::ProxyFrame& frame, base::TimePoint now) {
  std::visit(base::Overloaded{
                 [&](const sticky::Entries& entries) {
                   for (const sticky::Record& record : entries.records) apply(record, now);
                 },
                 [&](const sticky::Ended& ended) {
                   for (const sticky::Record& record : ended.records) {
                     const auto found = items_.find(text(record.key));
                     if (found != items_.end() && found->second.number == 0) end(found, now);
                   }
                 },
                 [&](const sticky::Ack& ack) {
                   for (auto it = items_.begin(); it != items_.end();) {
                     Item& item = it->second;
                     const bool news = item.number > 0 && item.number <= ack.upto;
                     if (news) item.number = 0;
                     if (news) item.restated = false;
                     it = news && item.removed ? items_.erase(it) : std::next(it);
                   }
                 },
                 [&](const sticky::Synced&) { synced_ = true; },
                 [&](const sticky::Loads& loads) {
                   for (const auto& [name, connections] : loads.loads) {
                     put(elsewhere_, name.server, connections);
                   }
                 },
             },
             frame);
}

// Nobody else needs it any more.
void StickyProxy::end(std::map<std::string, Item>::iterator at, base::TimePoint now) {
  if (at->second.pinned) {
    change(at->second, now);
    at->second.is_held = false;
  } else {
    items_.erase(at);
  }
}

void StickyProxy::apply(const sticky::Record& record, base::TimePoint now) {
  const auto found = items_.find(text(record.key));
  const bool own = found != items_.end() && found->second.number != 0;
  if (own && !found->second.restated) return;
  const bool pinned_here = found != items_.end() && found->second.pinned;
  if (record.life == sticky::Life::Removed) {
    if (found != items_.end()) items_.erase(found);
    return;
  }
  Item& item = items_[text(record.key)];
  item.value = text(record.value);
  item.pinned = pinned_here;
  item.deadline = now + std::min(record.expires_in, expire_);
  item.is_held = record.life == sticky::Life::Pinned;
  // Its tunnel is here, whoever else let go of it.
  if (pinned_here && record.life == sticky::Life::Aging) {
    item.number = ++number_;
    item.restated = true;
  }
}

}  // namespace wslb::sim
