#include "proxy/tunnel_recovery.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/kept_client.h"
#include "proxy/tunnel_rest.h"
#include "proxy/vault/custody.h"

namespace wslb::proxy {
namespace {

using vault::Record;
using Sockets = std::map<vault::Slot, std::array<int, 2>>;

constexpr std::uint32_t kCrashesMax = 2;

// What a recv() brought and nobody has passed on moves from the buffer into the tunnel's room.
// False: nobody knows what that is.
bool settle(const vault::Arena& arena, std::span<const char> buffer,
            const vault::JournalEntry& entry, const std::array<int, 2>& sockets) {
  const std::size_t direction = entry.direction();
  Record& record = arena.record(entry.slot());
  if (record.waiting(direction) != 0U) return true;
  const auto ends = read_tunnel_ends(sockets, direction);
  if (!ends) return false;
  if (ends->sink.dead) return true;  // nobody takes it any more
  const auto noted = entry.brought();
  std::uint64_t read = ends->source.consumed - record.consumed[direction];
  if (ends->source.dead) {
    // Of such a socket the kernel does not say whether its end was counted too, as one byte.
    if (!noted && read != entry.before) return false;
    read = entry.before + noted.value_or(0);
  }
  const std::uint64_t left = read - (ends->sink.written - record.written[direction]);
  const std::uint64_t brought = read - entry.before;
  if (left == 0) return true;
  if (entry.before > read || left > brought || brought > vault::kRoomBytes) return false;
  if (noted && *noted != brought) return false;
  if (entry.offset > buffer.size() || brought > buffer.size() - entry.offset) return false;
  const auto bytes = buffer.subspan(entry.offset + brought - left, left);
  std::ranges::copy(bytes, arena.room(entry.slot(), direction).begin());
  record.set_waiting(direction, left, read);
  return true;
}

// Of all batches that were under way. The journals stay as they are until all is done: should this
// process be killed meanwhile the next one does the same again.
void settle(vault::Arena& arena, const Sockets& sockets) {
  std::map<std::uint32_t, int> named;
  std::vector<std::pair<std::size_t, vault::JournalEntry>> entries;
  for (std::size_t worker = 0; worker < arena.workers(); ++worker) {
    const vault::Journal& journal = arena.journal(worker);
    const std::size_t count = std::min<std::size_t>(journal.count, vault::Journal::kEntries);
    for (const vault::JournalEntry& entry : std::span(journal.entries).first(count)) {
      if (!entry.is_sealed()) continue;
      ++named[entry.stream];
      entries.emplace_back(worker, entry);
    }
  }
  for (const auto& [worker, entry] : entries) {
    const auto found = sockets.find(entry.slot());
    Record& record = arena.record(entry.slot());
    if (found == sockets.end() || !record.has_begin()) continue;
    const bool good =
        named[entry.stream] == 1 && settle(arena, arena.buffer(worker), entry, found->second);
    if (!good) record.distrust();
  }
  for (std::size_t worker = 0; worker < arena.workers(); ++worker) arena.journal(worker).count = 0;
}

}  // namespace

void cut(RecoveredTunnel& tunnel) {
  for (const int socket : tunnel.sockets) ::shutdown(socket, SHUT_RDWR);
  tunnel.slot.drop();
  for (const int socket : tunnel.sockets) ::close(socket);
}

void cut(RecoveredClient& client) {
  reset_connection(client.socket);
  client.slot.drop();
  ::close(client.socket);
}

namespace {

void take_tunnel(KeptSlot slot, const std::array<int, 2>& sockets, Recovery& recovery) {
  const Record& record = slot.arena().record(slot.slot());
  RecoveredTunnel tunnel{std::move(slot), sockets};
  if (record.state != Record::Open) {
    ++recovery.closed.ended;
  } else if (record.crashes >= kCrashesMax) {
    ++recovery.closed.crashed;
  } else {
    recovery.tunnels.push_back(std::move(tunnel));
    return;
  }
  cut(tunnel);
}

// Whoever had said something that was looked at, or could have been.
bool may_have_crashed_it(const Record& record, int socket) {
  if (record.state != Record::Accepted) return record.state == Record::Looking;
  int unread = 0;
  return ::ioctl(socket, SIOCINQ, &unread) == 0 && unread > 0;
}

// A record that says `Open` was about to become a tunnel: that is a request under way.
void take_client(KeptSlot slot, int socket, bool crashed, Recovery& recovery) {
  Record& record = slot.arena().record(slot.slot());
  const std::uint32_t state = record.state;
  if (crashed && may_have_crashed_it(record, socket)) record.crashes.fetch_add(1);
  const auto counters = vault::read_counters(socket, false);
  const bool is_live = counters && !counters->dead && !counters->fin_sent;
  const bool is_unanswered = is_live && counters->written == record.written[1];
  const bool is_unread = is_live && counters->consumed == record.consumed[0];
  const bool asked = state == Record::Asking || state == Record::Open;
  RecoveredClient client{std::move(slot), socket, state != Record::Accepted, asked};
  if (!is_live || state == Record::Free || state == Record::Ending) {
    ++recovery.closed.ended;
  } else if (record.crashes >= kCrashesMax) {
    ++recovery.closed.crashed;
  } else if (state > Record::Asking) {
    ++recovery.closed.untrusted;
  } else if (asked && !is_unanswered) {
    ++recovery.closed.truncated;
  } else if (!asked && !(is_unanswered && is_unread)) {
    ++recovery.closed.untrusted;
  } else {
    recovery.clients.push_back(std::move(client));
    return;
  }
  cut(client);
}

}  // namespace

Recovery recover_tunnels(VaultLink& link, const Sockets& sockets) {
  Recovery recovery;
  vault::Arena& arena = link.arena();
  const std::vector<vault::Slot> used = arena.used();
  arena.adopt(used);
  const bool crashed = arena.take_crash();
  settle(arena, sockets);
  for (const vault::Slot slot : used) {
    if (sockets.contains(slot)) continue;
    arena.give_back(slot);
    ++recovery.closed.ended;
  }
  for (const auto& [slot, pair] : sockets) {
    link.adopt(slot, pair[0], pair[1]);
    KeptSlot kept = KeptSlot::held(link, slot, std::ranges::binary_search(used, slot));
    if (pair[1] < 0) {
      take_client(std::move(kept), pair[0], crashed, recovery);
    } else {
      take_tunnel(std::move(kept), pair, recovery);
    }
  }
  return recovery;
}

}  // namespace wslb::proxy
