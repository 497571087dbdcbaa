// An established tunnel: two sockets and the bytes on their way from one to the other. After the
// 101 (or in TCP mode from the start) wslb is byte-transparent: nothing is parsed, added or lost.
// WebSocketCare is the exception that an operator asks for.
//
//   client --recv--> [pending up] --send--> server
//   client <--send-- [pending down] <--recv-- server
//
// Backpressure: bytes that a peer does not take wait in `pending`, and while any wait nothing more
// is read from the other side, so a slow reader slows its sender and costs a bounded amount of
// memory. Half-close: the end of one direction is passed on as a FIN once its bytes are out; the
// other direction goes on. A side that fails takes nothing more, but what it sent before still goes
// to the other. A tunnel ends when both directions have ended, or on time.
//
// A plain tunnel moves its bytes together with others, in a TunnelBatch; one with TLS or care by
// itself. A tunnel that the vault keeps is plain, has `pending` in the arena and notes each read in
// the journal, so that whoever comes after a SIGKILL finds every byte.
//
// Owned and driven by TunnelEngine, on one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "proxy/timeouts.h"
#include "proxy/tls_connection.h"
#include "proxy/tunnel_watch.h"
#include "proxy/vault/pending.h"
#include "proxy/vault_link.h"
#include "proxy/websocket_care.h"

namespace wslb::proxy {

enum class TunnelEnd : std::uint8_t {
  ClientClosed,
  ServerClosed,
  Timeout,
  ServerTimeout,  // it alone was waited for
  ClientError,
  ServerError,
  ClientSilent,  // it did not answer a ping
  Farewell,      // the proxy drains or stops
  Untrusted,     // what a process before this one has left does not fit together
};

// For so long nothing may move while that side is waited for. While both may send, the shorter of
// `client` and `server` counts; `fin` is of a side that alone may still send, since it was told
// that the other one has ended. As long as that other one does not take what it sends, that one is
// waited for.
struct TunnelLimits {
  base::Duration client = base::Duration::max();
  base::Duration server = base::Duration::max();
  base::Duration client_fin = base::Duration::max();
  base::Duration server_fin = base::Duration::max();
};

class Tunnel;
class TunnelBatch;

// Told once, when the tunnel's sockets are closed: returns the server's slot and writes the log.
class TunnelOwner {
 public:
  virtual ~TunnelOwner() = default;
  virtual void on_tunnel_end(const Tunnel& tunnel, TunnelEnd end) = 0;
};

class Tunnel {
 public:
  enum Side : std::uint8_t { Client = 0, Server = 1 };

  // What an attempt to move bytes came to.
  enum class Progress : std::uint8_t {
    Waiting,  // for the kernel: an event will come
    More,     // the budget is used up, there may be more: call again
    Ended,
  };

  // Takes over both descriptors, non-blocking.
  Tunnel(int client_fd, int server_fd, const TunnelLimits& limits,
         std::unique_ptr<TunnelOwner> owner);
  Tunnel(const Tunnel&) = delete;
  ~Tunnel();

  // Bytes that were read from `from` before the tunnel began and belong to the other side.
  void preload(Side from, std::string bytes);

  // Before the first byte: that side is inside of TLS. Null: it is not.
  void encrypt(Side side, std::unique_ptr<TlsConnection> tls);

  // Before the first byte.
  void take_care(std::unique_ptr<WebSocketCare> care) { care_ = std::move(care); }
  [[nodiscard]] WebSocketCare* care() { return care_.get(); }
  // Before the first byte: shows what the server sends until `watch` has seen enough. It must live
  // as long as the owner.
  void show_server(TunnelWatch& watch) { watch_ = &watch; }
  // Puts a frame of ours behind what is on its way to that side; only where the care says so.
  void interject(Side to, std::string_view frame) { send(to, frame); }

  // Before the first byte: what goes to the client first, and is none of the server's bytes.
  void greet(std::string greeting);
  // Neither inside of TLS nor looked after: nothing but two sockets and their bytes.
  [[nodiscard]] bool is_plain() const;
  // From now on in the arena, before the first byte; and then: the vault has the sockets, too.
  // `batch`: what was put before the client goes by it, which costs no page of the room; null: it
  // is in use.
  void keep(KeptSlot slot, TunnelBatch* batch);
  void hold_in_vault() { kept_.hold(sides_[Client].fd, sides_[Server].fd); }
  // The vault has the client's socket at least: closing ours alone would neither tell the client
  // nor take it out of an epoll set.
  void expect_duplicates() { has_duplicates_ = true; }
  [[nodiscard]] bool has_duplicates() const { return has_duplicates_; }
  // Goes on where a process before this one was killed. How far that had come is proven before the
  // first byte; where it cannot be, the tunnel ends.
  void resume(KeptSlot slot);
  [[nodiscard]] bool is_unproven() const { return is_unproven_; }

  // What epoll said. `goes_on`: behind a short recv() there may be more, as the end of what that
  // side sends, or urgent data, at which a recv() ends.
  void set_ready(Side side, bool readable, bool writable, bool goes_on);

  // Moves what can be moved, through the buffer. Sets end() when it returns Ended.
  Progress pump(std::span<char> buffer);
  // The same of a plain tunnel, in three steps: what that side has sent is received, once at most;
  // the batch says what became of it; and when all of the batch is through:
  void gather(Side from, TunnelBatch& batch);
  void sent(Side to, std::string_view data, ssize_t result);
  Progress conclude();

  [[nodiscard]] int fd(Side side) const { return sides_[side].fd; }
  [[nodiscard]] TunnelEnd end() const { return end_; }

  // The limit of now, and what it means when it is reached.
  struct Limit {
    base::Duration duration;
    TunnelEnd end;
  };
  [[nodiscard]] Limit limit() const;

  // Grows with every byte received or sent.
  [[nodiscard]] std::uint64_t activity() const { return activity_; }

  // Bytes received from that side since the tunnel began.
  [[nodiscard]] std::uint64_t received(Side side) const { return sides_[side].received; }

  // Closes the sockets and tells the owner.
  void finish(TunnelEnd end);

  TunnelTimer idle{*this};    // kept by the engine
  bool ended = false;         // the engine will destroy it after the batch
  bool queued = false;        // on one of the engine's lists of those with something to do
  std::uint64_t noticed = 0;  // activity() as of the engine's last look

 private:
  struct End {
    int fd = -1;
    std::unique_ptr<TlsConnection> tls;  // null: clear text
    bool readable = false;
    bool writable = true;
    bool goes_on = false;
    bool eof = false;        // its peer closed its sending half
    bool fin_sent = false;   // we closed ours, or it failed: nothing goes to it any more
    vault::Pending pending;  // received from the other side, not yet taken by this one
    std::uint64_t received = 0;
    std::uint64_t read = 0;  // how far its direction was read, see vault::Record
    // TLS may have to write before it can read, and the other way round.
    bool read_waits_for_write = false;
    bool write_waits_for_read = false;
  };

  // As recv() and send(); both take note of what the side is not ready for.
  static ssize_t receive(End& from, std::span<char> into);
  static ssize_t send_some(End& to, std::string_view data);
  // False: TLS cannot say so yet.
  static bool end_sending(End& to);

  static constexpr Side other(Side side) { return side == Client ? Server : Client; }
  bool may_prove();
  void prove();
  Progress pump_direction(Side from, std::span<char> buffer);
  void take(Side from, std::span<const char> room, ssize_t count);
  void pass_end_on(Side from);
  [[nodiscard]] bool may_read(Side from) const;
  bool flush(Side to);
  void show(std::string_view from_server);
  void forward(Side from, std::string_view data);
  void send(Side to, std::string_view data);
  void fail(Side side);
  [[nodiscard]] bool is_over(Side side) const;
  void discard_input(Side side);

  std::array<End, 2> sides_;
  KeptSlot kept_;
  vault::Record* record_ = nullptr;  // of kept_; null: the tunnel is not kept
  TunnelLimits limits_;
  std::unique_ptr<TunnelOwner> owner_;
  std::unique_ptr<WebSocketCare> care_;  // null: pure transport
  TunnelWatch* watch_ = nullptr;         // the owner's; null: nobody wants to see
  TunnelEnd end_ = TunnelEnd::ClientClosed;
  std::uint64_t activity_ = 0;
  bool failed_ = false;
  bool has_duplicates_ = false;
  bool is_unproven_ = false;
  bool was_deferred_ = false;
};

}  // namespace wslb::proxy
