// The agent's copy of the sticky tables: what a restarted proxy gets back and what peers are kept
// in step with. A map from (table, key) to the newest version of an entry; merging is idempotent
// and its order does not matter, so that replicas that have seen the same changes are equal.
//
// Every entry stands in the order of its last change; a Cursor reads along that order and never
// falls behind by more than the number of entries, however often they change. So there is no queue
// of changes and nothing to bound.
//
// An entry expires on its origin's word: the node that changed it last forgets it at its deadline
// and says so. Others wait for that as long as the origin is connected, so that equal replicas stay
// equal; when it is away they count for themselves.
//
// Used by Hub, and by the shell towards the proxy and HAProxy, on the sticky thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/sticky/cluster_clock.h"
#include "agent/sticky/record.h"
#include "base/bytes.h"
#include "base/time.h"

namespace wslb::agent::sticky {

class Replica {
 public:
  static constexpr std::size_t kBuckets = 256;
  static constexpr std::size_t kTablesMax = 1024;
  // Of each bucket of keys: the sum of a hash of every entry and its version.
  using Digest = std::array<std::uint64_t, kBuckets>;

  struct Entry;

  // Where a reader of the changes stands. Belongs to one replica, which outlives it.
  class Cursor {
   public:
    explicit Cursor(Replica& replica, Sequence after = 0);
    ~Cursor();
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    [[nodiscard]] bool at_end() const { return next_ == nullptr; }
    // The next change in their order; nullptr: none. Valid until the replica changes.
    const Entry* advance();

   private:
    friend class Replica;
    Replica& replica_;
    const Entry* next_;
  };

  enum class Verdict : std::uint8_t { Taken, Known, Full };

  // `ended` is called for each entry that is over, just before it is forgotten.
  using Ended = std::function<void(const Entry&)>;

  Replica(NodeId self, base::TimePoint begin, ClusterClock clock, Ended ended)
      : self_(self), begin_(begin), clock_(clock), ended_(std::move(ended)) {}
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Of that name; what is known of it is replaced where `table` says something else.
  TableId define(const Table& table);
  [[nodiscard]] const std::vector<Table>& tables() const { return tables_; }
  [[nodiscard]] std::optional<TableId> find_table(std::string_view name) const;

  // A change made on this host, at `made`; gets a version of that time. Nothing happens where it
  // says nothing new. `by`: who brought it, so that it is not given back (see Entry), unless
  // somebody else has made a newer change since.
  Verdict change(const Record& local, std::uint8_t by, base::TimePoint now, base::TimePoint made);
  // What this host's proxy has known for a while: any peer may know better. If it is pinned, that
  // is news.
  Verdict restate(const Record& local, std::uint8_t by, base::TimePoint now);
  // A version from elsewhere.
  Verdict merge(const Record& remote, base::TimePoint now);
  // The entry, if it is no newer than `version`, is over.
  void forget(TableId table, base::ByteView key, const Version& version);

  // Whether an origin can tell when its entries end. All are away at first.
  void origin_present(NodeId origin);
  void origin_away(NodeId origin, base::TimePoint now);
  // The proxy of this host died: what it had pinned ages from now on.
  void release_pins(base::TimePoint now);

  // Looks at the next `share` part (1 / share) of all entries and lets those go that are over.
  void sweep(std::size_t share, base::TimePoint now);

  [[nodiscard]] const Entry* find(TableId table, base::ByteView key) const;
  // The entries of a bucket, which may be changed again (see `touch`) only afterwards.
  void for_each_in(std::size_t bucket, const std::function<void(const Entry&)>& visit) const;
  // From the newest change on backwards, of those before `before`; false ends it.
  void walk_back(Sequence before, const std::function<bool(const Entry&)>& visit) const;
  [[nodiscard]] std::uint64_t entries_of(TableId table) const { return used_.at(table); }
  [[nodiscard]] Record record_of(const Entry& entry, base::TimePoint now) const;
  [[nodiscard]] const Digest& digest() const { return digest_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] Sequence sequence() const { return sequence_; }  // of the newest change
  [[nodiscard]] NodeId self() const { return self_; }
  [[nodiscard]] ClusterClock& clock() { return clock_; }

 private:
  [[nodiscard]] std::uint64_t hash(TableId table, base::ByteView key) const;
  [[nodiscard]] static std::uint64_t weight(std::uint64_t hash, const Version& version);
  Entry** slot(std::uint64_t hash, TableId table, base::ByteView key) const;
  [[nodiscard]] Entry* find_entry(TableId table, base::ByteView key) const;
  Verdict put(const Record& record, std::uint8_t by, base::TimePoint now);
  [[nodiscard]] std::uint64_t room(TableId table) const;
  void grow();
  void link(Entry& entry);
  void unlink(Entry& entry);
  void give_again(Entry& entry);
  void erase(Entry** slot);
  [[nodiscard]] base::Duration full_time(TableId table) const;
  [[nodiscard]] bool is_over(const Entry& entry, base::TimePoint now) const;

  struct Origin {
    bool present = false;
    base::TimePoint away_since{};
  };

  NodeId self_;
  base::TimePoint begin_;
  ClusterClock clock_;
  Ended ended_;
  std::vector<Table> tables_;
  std::vector<std::uint64_t> seeds_;     // of their names, by table
  std::vector<std::uint64_t> used_;      // entries, by table
  mutable std::vector<Entry*> buckets_;  // of the hash table, chained
  std::size_t count_ = 0;
  std::size_t hand_ = 0;  // where the sweep goes on
  Entry* oldest_ = nullptr;
  Entry* newest_ = nullptr;
  Sequence sequence_ = 0;
  Digest digest_{};
  std::vector<Cursor*> cursors_;
  std::map<NodeId, Origin> origins_;
};

// One block of memory: this, the key, the value.
struct Replica::Entry {
  Entry* chained = nullptr;
  Entry* newer = nullptr;
  Entry* older = nullptr;
  base::TimePoint deadline;
  Sequence sequence = 0;
  std::uint64_t version_time = 0;
  NodeId origin = 0;
  TableId table = 0;
  Life life = Life::Aging;
  std::uint8_t by = 0;  // who brought it: 0 a peer agent, or what change() was told
  std::uint16_t key_bytes = 0;
  std::uint16_t value_bytes = 0;

  [[nodiscard]] Version version() const { return {version_time, origin}; }
  [[nodiscard]] base::ByteView key() const {
    return {reinterpret_cast<const std::uint8_t*>(this + 1), key_bytes};
  }
  [[nodiscard]] base::ByteView value() const {
    return {reinterpret_cast<const std::uint8_t*>(this + 1) + key_bytes, value_bytes};
  }
};

}  // namespace wslb::agent::sticky
