// A stick table: keys with the server that each leads to and with counters, as HAProxy has it.
// Entries expire some time after their last use; a full table drops those that were not used for
// the longest, (size / 256) + 1 at once, or takes no new one (`nopurge`).
//
// An entry that somebody holds neither expires nor is dropped: a request that tracks it, or a
// tunnel that it led to its server. Its time begins when the last one lets it go.
//
// What changes is given out by take_changes() for the proxies that share the table, once somebody
// follows it (mark_all). What another one changed comes in by apply().
//
// Not thread-safe: the shell holds a mutex around each. Pointers to entries are valid until the
// next call that may drop one (find, find_or_add, apply, remove, used), for ever while they are
// held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "config/stick_table.h"
#include "proxy/stick/entry.h"
#include "proxy/stick/layout.h"
#include "proxy/stick/record.h"
#include "proxy/stick/server_names.h"

namespace wslb::proxy::stick {

class Table {
 public:
  // `seed`: whatever no client can guess, lest he choose keys that collide.
  Table(const config::StickTable& definition, std::uint64_t seed);
  Table(const Table&) = delete;
  ~Table();

  [[nodiscard]] const config::StickTable& definition() const { return definition_; }

  // Null: there is none.
  Entry* find(base::ByteView key, base::TimePoint now);
  // Null: the table is full. A new entry has all data 0.
  Entry* find_or_add(base::ByteView key, base::TimePoint now);
  // It was matched, stored, tracked or changed: its time begins anew.
  void use(Entry& entry, base::TimePoint now);

  enum class Holder : std::uint8_t { Request, Tunnel };
  void hold(Entry& entry, Holder holder, base::TimePoint now);
  void release(Entry& entry, Holder holder, base::TimePoint now);
  // The same holder goes on as a tunnel.
  void become_tunnel(Entry& entry, base::TimePoint now);

  // By an operator. False: somebody holds it.
  bool remove(Entry& entry, base::TimePoint now);

  // Nothing: the table does not store it. Of a rate: how many in its period.
  [[nodiscard]] std::optional<std::uint64_t> value(const Entry& entry, Place place,
                                                   base::TimePoint now) const;
  // Nothing happens where the table does not store it.
  void set(Entry& entry, Place place, std::uint64_t value, base::TimePoint now);
  void add(Entry& entry, Place place, std::uint64_t amount, base::TimePoint now);
  void subtract_one(Entry& entry, Place place);

  void set_server(Entry& entry, std::string_view name, std::uint32_t id);
  [[nodiscard]] std::string_view server(const Entry& entry) const;

  [[nodiscard]] base::ByteView key(const Entry& entry) const;
  // Until it expires; nothing: it does not.
  [[nodiscard]] std::optional<base::Duration> expires_in(const Entry& entry,
                                                         base::TimePoint now) const;

  // Entries that are there now.
  [[nodiscard]] std::size_t used(base::TimePoint now);
  [[nodiscard]] std::uint64_t purged() const { return purged_; }  // so far, since it was full

  // Visits the entries of some buckets, from `bucket` on, and returns where to go on; buckets() at
  // the end. `visit` may remove the entry.
  std::size_t visit(std::size_t bucket, std::size_t count, const std::function<void(Entry&)>& visit,
                    base::TimePoint now);
  [[nodiscard]] std::size_t buckets() const { return mask_ + 1; }

  // Appends changes that were not given out yet, the oldest first, an entry once however often it
  // changed; then, after mark_all(), all that did not change. How many there were.
  std::size_t take_changes(std::size_t max, base::TimePoint now, std::vector<Record>& out);
  [[nodiscard]] bool has_changes() const { return untaken_ != nullptr || sweep_ < buckets(); }
  // The number of the newest change that was given out.
  [[nodiscard]] std::uint64_t last_taken() const { return last_taken_; }
  // Whoever follows has all changes up to that number.
  void acknowledge(std::uint64_t number);
  // Somebody begins to follow, or has to begin anew: he is to get everything.
  void mark_all();
  // Nobody follows any more: changes are not noted, and pins of other hosts are void.
  void forget_follower();
  // Called when there are changes to take where there were none; must not call back.
  void on_changes(std::function<void()> call) { on_changes_ = std::move(call); }

  // Of another proxy. False: this one's own change of it is not acknowledged yet and counts, or it
  // is held here, or the table is full.
  bool apply(const Record& remote, base::TimePoint now);

 private:
  using ByUse = LinkedList<Entry, &Entry::by_use>;
  using ByChange = LinkedList<Entry, &Entry::by_change>;

  Entry** place_of(base::ByteView key);
  Entry* create(base::ByteView key, Entry** place);
  [[nodiscard]] bool make_room(base::TimePoint now);
  void purge(Tick now);
  void expire(Tick now, std::size_t most);
  [[nodiscard]] bool is_expired(const Entry& entry, Tick now) const;
  [[nodiscard]] bool is_pinned_elsewhere(const Entry& entry) const;
  void start_clock(Entry& entry, Tick expires);
  void note_use(Entry& entry);
  void leave_lists(Entry& entry);
  void bury(Entry& entry, bool purged, Tick now);  // as a removal to tell, or for good
  void destroy(Entry& entry);
  void clear_data(Entry& entry);
  [[nodiscard]] std::uint8_t* data(Entry& entry) const;
  [[nodiscard]] const std::uint8_t* data(const Entry& entry) const;
  void put(Entry& entry, Place place, const Datum& datum, Tick now);

  void changed(Entry& entry);
  void leave_changes(Entry& entry);
  [[nodiscard]] std::uint64_t number_of(const Entry& entry) const;
  [[nodiscard]] Record record_of(Entry& entry, base::TimePoint now);
  [[nodiscard]] base::TimePoint used_at(const Entry& entry, base::TimePoint now) const;

  const config::StickTable definition_;
  const Layout layout_;
  const std::uint64_t seed_;
  const Tick expire_ms_;  // 0: never
  std::size_t mask_;
  Entry** buckets_;
  ServerNames names_;
  ByUse by_use_;
  std::size_t used_ = 0;
  std::uint64_t purged_ = 0;

  bool followed_ = false;
  ByChange by_change_;
  Entry* untaken_ = nullptr;  // the first change that was not given out
  std::uint64_t last_change_ = 0;
  std::uint64_t last_taken_ = 0;
  std::size_t sweep_;  // the next bucket that mark_all() wants to be given out; buckets(): none
  std::size_t graves_ = 0;  // entries that are gone
  std::uint8_t pin_round_ = 1;
  std::function<void()> on_changes_;
};

}  // namespace wslb::proxy::stick
