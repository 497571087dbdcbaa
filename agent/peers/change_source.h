// What Session needs to know of the sticky store: the tables as they are now, and the changes of
// their entries one after the other, oldest first, each entry at most once however often it
// changed. Session asks for one change when there is room for one, so nothing is ever queued.
// The one abstract class of this folder: implemented by the agent's store, and by tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/peers/table.h"
#include "base/time.h"

namespace wslb::agent::peers {

struct Change {
  std::uint64_t number = 0;  // of one row for all tables; a newer change has a higher one
  Update update;
};

enum class Scope : std::uint8_t {
  News,        // without what the peer itself has told us, unless it changed here since
  Everything,  // for a peer that asks for all there is
  Held  // what a tunnel of ours holds: it does not age here, so the peer must hear of it again
};

class ChangeSource {
 public:
  virtual ~ChangeSource() = default;

  // Null: there is none of that name. Valid until the next call.
  [[nodiscard]] virtual const Table* table(const std::string& name) const = 0;
  // The first change behind `after` that `peer` is to hear; nothing: there is none.
  virtual std::optional<Change> next_change(std::uint64_t after, const std::string& peer,
                                            Scope scope) = 0;
  // The number of the newest change; 0: there was none.
  [[nodiscard]] virtual std::uint64_t newest() const = 0;
  // How often peers are told what is Held, so that it does not expire there; max(): never.
  [[nodiscard]] virtual base::Duration refresh_interval() const { return base::Duration::max(); }
  // Whether all there is to know is here, so that a peer need not ask elsewhere.
  [[nodiscard]] virtual bool complete() const = 0;
};

}  // namespace wslb::agent::peers
