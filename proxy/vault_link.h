// The vault that the agent keeps for this process, from here: which sockets it is to hold, and the
// arena whose memfd it holds. Without an agent, and until there is one, the arena alone is kept up
// to date; an agent that comes gets everything. The agent needs not answer: what was sent to it
// lies in the kernel when this process dies.
//
// keep() and drop() are called on any worker's thread, the rest on the first one's.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "proto/vault.pb.h"
#include "proxy/vault/arena.h"

namespace wslb::proxy {

class VaultLink;

// A place in the vault, as long as this lives. Move-only.
class KeptSlot {
 public:
  KeptSlot() = default;
  // The slot is this one's to give back.
  KeptSlot(VaultLink& link, vault::Slot slot) : link_(&link), slot_(slot) {}
  // One in which the vault holds sockets already. `is_used`: the arena has it as in use.
  static KeptSlot held(VaultLink& link, vault::Slot slot, bool is_used);
  KeptSlot(KeptSlot&& other) noexcept
      : link_(std::exchange(other.link_, nullptr)),
        slot_(other.slot_),
        dropped_(std::exchange(other.dropped_, true)),
        is_used_(other.is_used_) {}
  KeptSlot& operator=(KeptSlot&& other) noexcept {
    std::swap(link_, other.link_);
    std::swap(slot_, other.slot_);
    std::swap(dropped_, other.dropped_);
    std::swap(is_used_, other.is_used_);
    return *this;
  }
  ~KeptSlot();

  explicit operator bool() const { return link_ != nullptr; }
  [[nodiscard]] vault::Arena& arena() const;
  [[nodiscard]] vault::Slot slot() const { return slot_; }
  // From now on the vault holds these, too, and nothing else in it. `server` -1: the client alone.
  void hold(int client, int server);
  // The same of a client alone whose packet was made before, see VaultLink::keep_client().
  void hold(int client, const std::string& packet);
  // The vault lets them go; called before they are closed.
  void drop();

 private:
  VaultLink* link_ = nullptr;
  vault::Slot slot_ = 0;
  bool dropped_ = true;  // the vault holds nothing in it
  bool is_used_ = true;
};

class VaultLink {
 public:
  using Listeners = std::vector<std::pair<std::string, int>>;

  VaultLink(boost::asio::io_context& context, std::unique_ptr<vault::Arena> arena);
  VaultLink(const VaultLink&) = delete;
  ~VaultLink();

  [[nodiscard]] vault::Arena& arena() { return *arena_; }

  // Of an agent: takes the descriptor. `knows_us`: it has just given this process everything that
  // was adopted.
  void start(int stream, bool knows_us);
  void stop();

  // Empty: there is no room.
  [[nodiscard]] KeptSlot take_slot();

  // The sockets that listen; all others are closed.
  void set_listeners(Listeners listeners);

  // `server` -1: the client alone.
  void keep(vault::Slot slot, int client, int server);
  // The same of a client alone, as soon as it is accepted: until the packet is sent a kill costs
  // the connection, so all else is done before and after.
  [[nodiscard]] static std::string keep_packet(vault::Slot slot, std::size_t sockets);
  void keep_client(vault::Slot slot, int client, const std::string& packet);
  // The agent is told a little later, with others: whoever ends a connection shuts it down.
  void drop(vault::Slot slot);
  // The vault holds them since before this process.
  void adopt(vault::Slot slot, int client, int server);
  // Whether there is an agent that has been told everything.
  [[nodiscard]] bool is_told();
  // Nothing is to outlive this process.
  void forget_all();

 private:
  using Protocol = boost::asio::generic::seq_packet_protocol;
  void tell_everything();
  void tell_listeners();
  void note(vault::Slot slot, int client, int server);
  void take_back_drop(vault::Slot slot);
  void say_keep(vault::Slot slot);
  bool send_keep(vault::Slot slot);
  void tell_drops();
  void tell_drops_later();
  bool send(const proto::ToVault& message, std::span<const int> descriptors);
  void flush();
  void wait_for_room();
  void wait_for_end();

  boost::asio::io_context& context_;
  std::unique_ptr<vault::Arena> arena_;
  boost::asio::steady_timer drops_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Listeners listeners_;
  std::mutex mutex_;
  std::unique_ptr<Protocol::socket> socket_;  // all of these under the mutex; null: no agent
  std::vector<std::array<int, 2>> kept_;      // by slot; -1: none
  std::deque<vault::Slot> unsaid_;            // to be kept; the socket had no room
  std::vector<vault::Slot> dropped_;          // not told yet, and not kept again since
  bool is_heir_ = false;                      // adopted; the agent that gave it comes first
  bool waiting_ = false;
};

}  // namespace wslb::proxy
