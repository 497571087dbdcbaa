// The part of Tunnel that outlives its process.
#include <algorithm>
#include <utility>

#include "proxy/tunnel.h"
#include "proxy/tunnel_batch.h"
#include "proxy/tunnel_rest.h"

namespace wslb::proxy {

void Tunnel::keep(KeptSlot slot, TunnelBatch* batch) {
  kept_ = std::move(slot);
  has_duplicates_ = true;
  record_ = &kept_.arena().record(kept_.slot());
  const std::string_view first = sides_[Client].pending.view();
  if (batch != nullptr && !first.empty() && first.size() <= batch->room().size()) {
    batch->note(kept_.slot(), Server, sides_[Server].read - first.size());
    std::ranges::copy(first, batch->room().begin());
    batch->add(*this, Client, first.size());
    sides_[Client].pending.clear();
  }
  for (const Side from : {Client, Server}) {
    sides_[other(from)].pending.keep_in(kept_.arena(), kept_.slot(), from);
  }
}

void Tunnel::resume(KeptSlot slot) {
  kept_ = std::move(slot);
  has_duplicates_ = true;
  record_ = &kept_.arena().record(kept_.slot());
  is_unproven_ = true;
}

// At once where there is something to do. Else it is worth a dozen system calls only when those who
// have something have had their turn.
bool Tunnel::may_prove() {
  const bool busy = sides_[Client].readable || sides_[Server].readable ||
                    record_->waiting(Client) != 0U || record_->waiting(Server) != 0U;
  if (!busy && !std::exchange(was_deferred_, true)) return false;
  prove();
  return true;
}

void Tunnel::prove() {
  is_unproven_ = false;
  const auto rest = find_rest(*record_, {sides_[Client].fd, sides_[Server].fd});
  if (!rest) {
    end_ = TunnelEnd::Untrusted;
    failed_ = true;
    sides_[Client].fin_sent = sides_[Server].fin_sent = true;
    return;
  }
  for (const Side from : {Client, Server}) {
    End& sink = sides_[other(from)];
    sink.pending.resume(kept_.arena(), kept_.slot(), from, rest->waiting[from]);
    sink.fin_sent = rest->fin_sent[other(from)];
    sides_[from].read = sides_[from].received = rest->read[from];
  }
}

}  // namespace wslb::proxy
