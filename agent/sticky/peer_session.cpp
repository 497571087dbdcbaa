#include "agent/sticky/peer_session.h"

#include <algorithm>
#include <utility>

namespace wslb::agent::sticky {
namespace {

constexpr std::uint32_t kProtocol = 1;
constexpr std::size_t kRecordsMax = 512;  // of a frame
constexpr std::size_t kBytesMax = 65536;  // likewise, of keys and values
constexpr int kDiffersOften = 3;
// The first digest of a connection comes at once: it says that this was everything. The second one
// comes early, too.
constexpr std::chrono::milliseconds kSecondCheck{500};

base::Error fault(const std::string& what) {
  return base::Error{"sent " + what};
}

}  // namespace

PeerSession::PeerSession(Replica& replica, ServerLoads& loads, const Identity& self,
                         std::string peer)
    : replica_(replica),
      loads_(loads),
      self_(self),
      peer_(std::move(peer)),
      peer_id_(node_id(peer_)) {}

void PeerSession::connect(base::TimePoint /*now*/) {
  open_ = comparable_ = true;
  hello_sent_ = greeted_ = were_equal_ = config_differs_ = ack_due_ = was_checked_ = false;
  everything_until_ = passed_ = sent_ = acked_ = to_ack_ = 0;
  tables_sent_ = 0;
  loads_sent_ = 0;
  theirs_.clear();
  ended_.clear();
  repairs_.clear();
  wanted_.clear();
  differing_ = {};
  next_check_ = base::TimePoint::max();
}

void PeerSession::disconnect(base::TimePoint now) {
  if (greeted_) replica_.origin_away(peer_id_, now);
  loads_.forget(peer_);
  open_ = greeted_ = false;
  cursor_.reset();
  ended_.clear();
  next_check_ = base::TimePoint::max();
}

base::Result<void> PeerSession::receive(const Frame& frame, base::TimePoint now) {
  if (!greeted_ && !std::holds_alternative<Hello>(frame)) return fault("something before hello");
  return std::visit([&](const auto& one) { return take(one, now); }, frame);
}

base::Result<void> PeerSession::take(const Hello& hello, base::TimePoint now) {
  if (greeted_) return fault("hello twice");
  if (hello.protocol_min > kProtocol || hello.protocol_max < kProtocol) {
    return base::Error{"speaks versions " + std::to_string(hello.protocol_min) + " to " +
                       std::to_string(hello.protocol_max) + " of the peer protocol, this agent " +
                       std::to_string(kProtocol) + "; upgrade the older one"};
  }
  if (hello.cluster != self_.cluster || hello.node != peer_) {
    return base::Error{"is node " + hello.node + " of cluster " + hello.cluster + ", expected " +
                       peer_ + " of " + self_.cluster};
  }
  greeted_ = true;
  config_differs_ = hello.config_digest != self_.config_digest;
  peer_version_ = hello.version;
  if (hello.incarnation != std::exchange(peer_incarnation_, hello.incarnation)) received_ = 0;
  const bool knows_us =
      hello.known_incarnation == self_.incarnation && hello.known_sequence <= replica_.sequence();
  cursor_.emplace(replica_, knows_us ? hello.known_sequence : 0);
  passed_ = sent_ = acked_ = knows_us ? hello.known_sequence : 0;
  if (!knows_us) {
    everything_until_ = replica_.sequence();
    ++figures_.resyncs;
  }
  replica_.origin_present(peer_id_);
  next_check_ = now;
  return {};
}

base::Result<void> PeerSession::take(const Tables& tables, base::TimePoint /*now*/) {
  for (const auto& [id, table] : tables.tables) {
    if (id >= Replica::kTablesMax || table.name.empty()) return fault("an impossible table");
    if (theirs_.size() <= id) theirs_.resize(id + 1U);
    const auto known = replica_.find_table(table.name);
    if (!known && replica_.tables().size() >= Replica::kTablesMax) return fault("too many tables");
    // Of two definitions that do not go together this host's own counts.
    const bool other = known && replica_.tables()[*known].key_type != table.key_type;
    theirs_[id] = other ? std::nullopt : std::optional(known ? *known : replica_.define(table));
    if (other) comparable_ = false;
  }
  return {};
}

base::Result<void> PeerSession::take(const Entries& entries, base::TimePoint now) {
  for (const Record& record : entries.records) {
    if (record.table >= theirs_.size()) return fault("an entry of an unknown table");
    if (!theirs_[record.table]) continue;
    Record ours = record;
    ours.table = *theirs_[record.table];
    if (ours.key.size() > 0xffff || ours.value.size() > 0xffff) return fault("a huge entry");
    const auto verdict = replica_.merge(ours, now);
    if (verdict == Replica::Verdict::Full) {
      ++figures_.refused;
      comparable_ = false;
    }
    if (verdict == Replica::Verdict::Taken && entries.is_repair) {
      ++(were_equal_ ? figures_.repaired : figures_.caught_up);
    }
  }
  figures_.received += entries.records.size();
  if (entries.is_repair) return {};
  received_ = entries.upto;
  to_ack_ = entries.upto;
  ack_due_ = true;
  return {};
}

base::Result<void> PeerSession::take(const Ended& ended, base::TimePoint /*now*/) {
  for (const Record& record : ended.records) {
    if (record.table >= theirs_.size()) return fault("the end of an entry of an unknown table");
    if (!theirs_[record.table]) continue;
    replica_.forget(*theirs_[record.table], record.key, record.version);
  }
  return {};
}

base::Result<void> PeerSession::take(const Ack& ack, base::TimePoint /*now*/) {
  if (ack.upto > sent_) return fault("an acknowledgement of what was not sent");
  acked_ = std::max(acked_, ack.upto);
  return {};
}

// Only when nothing of this side is under way do the two digests mean the same moment.
base::Result<void> PeerSession::take(const Check& check, base::TimePoint now) {
  replica_.clock().observe(check.clock, now);
  received_ = std::max(received_, check.upto);
  has_taught_ = true;
  if (!in_step() || !ended_.empty() || !repairs_.empty() || !comparable_) return {};
  const Replica::Digest& mine = replica_.digest();
  for (std::size_t bucket = 0; bucket < mine.size(); ++bucket) {
    if (check.digest[bucket] == mine[bucket]) {
      differing_[bucket] = 0;
    } else if (++differing_[bucket] >= kDiffersOften || !were_equal_) {
      differing_[bucket] = 0;
      wanted_.push_back(static_cast<std::uint8_t>(bucket));
      repair(bucket);
    }
  }
  were_equal_ = were_equal_ || check.digest == mine;
  return {};
}

base::Result<void> PeerSession::take(const Repair& wish, base::TimePoint /*now*/) {
  for (const std::uint8_t bucket : wish.buckets) repair(bucket);
  return {};
}

base::Result<void> PeerSession::take(const Loads& loads, base::TimePoint /*now*/) {
  loads_.set_of(peer_, loads);
  return {};
}

void PeerSession::repair(std::size_t bucket) {
  replica_.for_each_in(bucket, [this](const Replica::Entry& entry) {
    repairs_.emplace_back(entry.table, base::Bytes(entry.key().begin(), entry.key().end()));
  });
}

bool PeerSession::in_step() const {
  return greeted_ && cursor_->at_end() && acked_ >= sent_;
}

std::uint64_t PeerSession::behind() const {
  return !greeted_ || in_step() ? 0 : replica_.sequence() - acked_;
}

bool PeerSession::has_output() const {
  if (!open_) return false;
  if (!hello_sent_) return true;
  if (!greeted_) return false;
  return ack_due_ || !cursor_->at_end() || !ended_.empty() || !repairs_.empty() ||
         !wanted_.empty() || tables_sent_ < replica_.tables().size() ||
         loads_.own().has_after(loads_sent_);
}

std::optional<Frame> PeerSession::next(base::TimePoint now) {
  if (!open_) return std::nullopt;
  if (!std::exchange(hello_sent_, true)) {
    return Hello{kProtocol,         kProtocol,         self_.cluster, self_.node,
                 self_.incarnation, peer_incarnation_, received_,     self_.config_digest};
  }
  if (!greeted_) return std::nullopt;
  if (tables_sent_ < replica_.tables().size()) return next_tables();
  if (std::exchange(ack_due_, false)) return Ack{to_ack_};
  if (auto loads = loads_.own().after(loads_sent_); !loads.loads.empty()) return loads;
  if (!wanted_.empty()) return Repair{std::exchange(wanted_, {})};
  if (!ended_.empty()) return ended_.next();
  if (auto frame = next_entries(now)) return frame;
  if (!repairs_.empty()) return next_repair(now);
  if (now < next_check_) return std::nullopt;
  next_check_ = now + (std::exchange(was_checked_, true) ? kCheckInterval : kSecondCheck);
  return Check{replica_.sequence(), replica_.digest(), replica_.clock().at(now)};
}

std::optional<Frame> PeerSession::next_tables() {
  Tables frame;
  for (; tables_sent_ < replica_.tables().size(); ++tables_sent_) {
    frame.tables.emplace_back(static_cast<TableId>(tables_sent_), replica_.tables()[tables_sent_]);
  }
  return frame;
}

std::optional<Frame> PeerSession::next_entries(base::TimePoint now) {
  Entries frame;
  std::size_t bytes = 0;
  while (frame.records.size() < kRecordsMax && bytes < kBytesMax && !cursor_->at_end()) {
    const Replica::Entry& entry = *cursor_->advance();
    passed_ = entry.sequence;
    if (entry.origin != replica_.self() && entry.sequence > everything_until_) continue;
    frame.records.push_back(replica_.record_of(entry, now));
    bytes += entry.key_bytes + entry.value_bytes;
  }
  if (frame.records.empty()) return std::nullopt;
  frame.upto = sent_ = passed_;
  figures_.sent += frame.records.size();
  return frame;
}

std::optional<Frame> PeerSession::next_repair(base::TimePoint now) {
  Entries frame;
  frame.is_repair = true;
  frame.upto = sent_;
  while (frame.records.size() < kRecordsMax && !repairs_.empty()) {
    const auto [table, key] = std::move(repairs_.front());
    repairs_.pop_front();
    const Replica::Entry* const entry = replica_.find(table, key);
    if (entry != nullptr) frame.records.push_back(replica_.record_of(*entry, now));
  }
  return frame;
}

}  // namespace wslb::agent::sticky
