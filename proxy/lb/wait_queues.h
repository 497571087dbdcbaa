// Who waits for a slot: one queue for each server (clients whose cookie names it) and one for
// any server. First come, first served within each; pop_for() takes the older of the two heads
// that a server could serve. Backend owns it; it knows nothing of states and limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace wslb::proxy::lb {

using Ticket = std::uint64_t;

class WaitQueues {
 public:
  explicit WaitQueues(std::size_t servers) : of_server_(servers) {}

  // Why somebody waits: kept for when the turn comes.
  struct Reason {
    bool by_cookie = false;
    std::optional<std::uint32_t> hash = std::nullopt;

    bool operator==(const Reason&) const = default;
  };

  // The ticket must not wait already. Nullopt: for any server.
  void push(Ticket ticket, std::optional<std::size_t> server) { push(ticket, server, {}); }
  void push(Ticket ticket, std::optional<std::size_t> server, const Reason& reason);

  // A ticket that left its queue: the server it waited for, or nullopt for any.
  struct Waited {
    Ticket ticket = 0;
    std::optional<std::size_t> server;
    Reason reason{};

    bool operator==(const Waited&) const = default;
  };
  // The oldest of the server's own queue and, where `also_any`, of the queue for any server.
  std::optional<Waited> pop_for(std::size_t server, bool also_any);
  std::optional<Waited> pop_any();
  // Nullopt: the ticket does not wait.
  std::optional<Waited> remove(Ticket ticket);

  // Empties a server's own queue; oldest first.
  std::vector<Waited> take_all(std::size_t server);
  // Lets those who wait for one server wait for any; they keep their age.
  void move_to_any(std::size_t server);

  [[nodiscard]] std::size_t size(std::size_t server) const { return of_server_.at(server).size(); }
  [[nodiscard]] std::size_t any_size() const { return any_.size(); }
  [[nodiscard]] std::size_t size() const { return places_.size(); }  // all who wait

 private:
  using Age = std::uint64_t;  // smaller is older
  using Queue = std::map<Age, Ticket>;
  struct Place {
    std::optional<std::size_t> server;
    Age age = 0;
    Reason reason{};
  };

  Waited take_front(Queue& queue);

  std::vector<Queue> of_server_;
  Queue any_;
  std::unordered_map<Ticket, Place> places_;
  Age next_age_ = 0;
};

}  // namespace wslb::proxy::lb
