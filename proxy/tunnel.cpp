#include "proxy/tunnel.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "proxy/tunnel_batch.h"

namespace wslb::proxy {
namespace {

// One tunnel may move so much before the others get their turn.
constexpr std::size_t kBudgetBytes = 256 * 1024;

}  // namespace

Tunnel::Tunnel(int client_fd, int server_fd, const TunnelLimits& limits,
               std::unique_ptr<TunnelOwner> owner)
    : limits_(limits), owner_(std::move(owner)) {
  sides_[Client].fd = client_fd;
  sides_[Server].fd = server_fd;
}

Tunnel::~Tunnel() {
  for (const End& end : sides_) {
    if (end.fd >= 0) ::close(end.fd);
  }
}

void Tunnel::preload(Side from, std::string bytes) {
  sides_[from].received += bytes.size();
  if (watch_ != nullptr && from == Server) show(bytes);
  if (care_) care_->receive(from == Client ? WebSocketCare::Client : WebSocketCare::Server, bytes);
  sides_[from].read += bytes.size();
  sides_[other(from)].pending.append(bytes, sides_[from].read);
}

void Tunnel::greet(std::string greeting) {
  sides_[Server].read += greeting.size();
  sides_[Client].pending.append(greeting, sides_[Server].read);
}

bool Tunnel::is_plain() const {
  return !care_ && !sides_[Client].tls && !sides_[Server].tls;
}

void Tunnel::set_ready(Side side, bool readable, bool writable, bool goes_on) {
  sides_[side].readable |= readable;
  sides_[side].writable |= writable;
  sides_[side].goes_on |= goes_on;
  End& end = sides_[side];
  if (writable && std::exchange(end.read_waits_for_write, false)) end.readable = true;
  if (readable && std::exchange(end.write_waits_for_read, false)) end.writable = true;
}

void Tunnel::encrypt(Side side, std::unique_ptr<TlsConnection> tls) {
  sides_[side].tls = std::move(tls);
  // What was decrypted before causes no event any more.
  sides_[side].readable = sides_[side].tls != nullptr;
}

ssize_t Tunnel::receive(End& from, std::span<char> into) {
  const ssize_t count =
      from.tls ? from.tls->receive(into) : ::recv(from.fd, into.data(), into.size(), 0);
  if (count >= 0) return count;
  // Many clients end without a close_notify; what is inside of a tunnel has its own ends.
  if (from.tls && from.tls->truncated()) return 0;
  if (errno != EAGAIN) return count;
  from.readable = false;
  from.read_waits_for_write = from.tls && from.tls->wants_write();
  if (from.read_waits_for_write) from.writable = false;
  return count;
}

ssize_t Tunnel::send_some(End& to, std::string_view data) {
  const ssize_t count =
      to.tls ? to.tls->send(data) : ::send(to.fd, data.data(), data.size(), MSG_NOSIGNAL);
  if (count >= 0 || errno != EAGAIN) return count;
  to.writable = false;
  to.write_waits_for_read = to.tls && !to.tls->wants_write();
  return count;
}

bool Tunnel::end_sending(End& to) {
  if (to.tls && !to.tls->send_end()) {
    to.writable = false;
    return false;
  }
  ::shutdown(to.fd, SHUT_WR);
  return true;
}

Tunnel::Limit Tunnel::limit() const {
  const auto& [client, server] = sides_;
  if (client.fin_sent == server.fin_sent) {
    return {std::min(limits_.client, limits_.server), TunnelEnd::Timeout};
  }
  if (client.fin_sent) {
    if (server.pending.empty()) return {limits_.client_fin, TunnelEnd::Timeout};
    return {limits_.server, TunnelEnd::ServerTimeout};
  }
  if (client.pending.empty()) return {limits_.server_fin, TunnelEnd::ServerTimeout};
  return {limits_.client, TunnelEnd::Timeout};
}

Tunnel::Progress Tunnel::pump(std::span<char> buffer) {
  const Progress up = pump_direction(Client, buffer);
  const Progress down = pump_direction(Server, buffer);
  if (sides_[Client].fin_sent && sides_[Server].fin_sent) return Progress::Ended;
  if (care_ && care_->is_over() && sides_[Client].pending.empty() &&
      sides_[Server].pending.empty()) {
    end_ = TunnelEnd::Farewell;
    return Progress::Ended;
  }
  return up == Progress::More || down == Progress::More ? Progress::More : Progress::Waiting;
}

Tunnel::Progress Tunnel::pump_direction(Side from, std::span<char> buffer) {
  const std::uint64_t budget = sides_[from].read + kBudgetBytes;
  while (flush(other(from)) && may_read(from)) {
    if (sides_[from].read >= budget) return Progress::More;
    const ssize_t count = receive(sides_[from], buffer);
    take(from, buffer, count);
    if (count > 0) forward(from, {buffer.data(), static_cast<std::size_t>(count)});
  }
  pass_end_on(from);
  return Progress::Waiting;
}

void Tunnel::gather(Side from, TunnelBatch& batch) {
  End& source = sides_[from];
  if (is_unproven_ && !may_prove()) return;
  if (!flush(other(from)) || !may_read(from)) return;
  const std::span<char> room = batch.room();
  if (record_ != nullptr) batch.note(kept_.slot(), from, source.read);
  const ssize_t count = receive(source, room);
  take(from, room, count);
  batch.add(*this, other(from), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
}

void Tunnel::sent(Side to, std::string_view data, ssize_t result) {
  End& sink = sides_[to];
  if (result == static_cast<ssize_t>(data.size()) || sink.fin_sent) return;
  if (result < 0 && result != -EAGAIN && result != -EINTR) return fail(to);
  data.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(result, 0)));
  sink.pending.append(data, sides_[other(to)].read);
  flush(to);  // which makes sure that an event will tell when there is room
}

Tunnel::Progress Tunnel::conclude() {
  if (is_unproven_) return Progress::More;
  for (const Side from : {Client, Server}) pass_end_on(from);
  if (sides_[Client].fin_sent && sides_[Server].fin_sent) return Progress::Ended;
  const bool more = may_read(Client) || may_read(Server);
  return more ? Progress::More : Progress::Waiting;
}

bool Tunnel::may_read(Side from) const {
  const End& source = sides_[from];
  const End& sink = sides_[other(from)];
  return source.readable && !source.eof && !sink.fin_sent && sink.pending.empty();
}

// What one recv() came to.
void Tunnel::take(Side from, std::span<const char> room, ssize_t count) {
  End& source = sides_[from];
  if (count > 0) {
    const auto size = static_cast<std::size_t>(count);
    source.received += size;
    source.read += size;
    activity_ += size;
    // A short read has emptied the socket (epoll(7)), which spares the recv() that would say so.
    if (size < room.size() && !source.goes_on && !source.tls) source.readable = false;
    if (watch_ != nullptr && from == Server) show({room.data(), size});
  } else if (count == 0) {
    source.eof = true;
  } else if (errno != EINTR && errno != EAGAIN) {
    fail(from);
    source.eof = true;
  }
}

void Tunnel::pass_end_on(Side from) {
  const End& source = sides_[from];
  End& sink = sides_[other(from)];
  if (!source.eof || !sink.pending.empty() || sink.fin_sent) return;
  if (!sink.eof && !failed_) {
    end_ = from == Client ? TunnelEnd::ClientClosed : TunnelEnd::ServerClosed;
  }
  sink.fin_sent = end_sending(sink);
}

// Whether nothing is pending for that side any more.
bool Tunnel::flush(Side to) {
  End& sink = sides_[to];
  while (!sink.pending.empty() && sink.writable) {
    const ssize_t count = send_some(sink, sink.pending.view());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) {
      fail(to);
      return true;
    }
    sink.pending.consume(static_cast<std::size_t>(count));
    activity_ += static_cast<std::size_t>(count);
  }
  return sink.pending.empty();
}

void Tunnel::show(std::string_view from_server) {
  if (!watch_->see(from_server)) watch_ = nullptr;
}

void Tunnel::forward(Side from, std::string_view data) {
  if (!care_) return send(other(from), data);
  const auto passage =
      care_->receive(from == Client ? WebSocketCare::Client : WebSocketCare::Server, data);
  for (const std::string_view part :
       {passage.before, std::string_view(passage.ours), passage.after}) {
    if (!part.empty()) send(other(from), part);
  }
}

// What does not go out at once is kept as pending.
void Tunnel::send(Side to, std::string_view data) {
  End& sink = sides_[to];
  while (!data.empty() && sink.writable && sink.pending.empty() && !sink.fin_sent) {
    const ssize_t count = send_some(sink, data);
    if (count > 0) {
      data.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR && errno != EAGAIN) {
      return fail(to);
    }
  }
  if (!sink.fin_sent) sink.pending.append(data, sides_[other(to)].read);
}

// Nothing can be sent to that side any more. What it sent before may still lie in its socket, so
// the other direction goes on until it meets the error, or the end, itself.
void Tunnel::fail(Side side) {
  if (!failed_) end_ = side == Client ? TunnelEnd::ClientError : TunnelEnd::ServerError;
  failed_ = true;
  sides_[side].fin_sent = true;
  sides_[side].pending.clear();
}

// Both have said that they have nothing more to say, and everything was read.
bool Tunnel::is_over(Side side) const {
  const End& end = sides_[side];
  return end.eof && end.fin_sent && !failed_ && !end.tls;
}

// Closing a socket with unread bytes resets the connection, which may destroy what its peer has
// not read yet.
void Tunnel::discard_input(Side side) {
  std::array<char, 4096> ignored;
  constexpr int kReadsMax = 64;
  for (int reads = 0; reads < kReadsMax; ++reads) {
    if (::recv(sides_[side].fd, ignored.data(), ignored.size(), MSG_DONTWAIT) <= 0) return;
  }
}

void Tunnel::finish(TunnelEnd end) {
  end_ = end;
  if (is_unproven_) prove();
  if (record_ != nullptr) record_->state.store(vault::Record::Ending, std::memory_order_release);
  for (const Side side : {Client, Server}) {
    if (is_over(side)) continue;
    if (sides_[side].tls) sides_[side].tls->send_end();
    discard_input(side);
    if (has_duplicates_) ::shutdown(sides_[side].fd, SHUT_RDWR);
  }
  kept_.drop();
  for (End& side : sides_) ::close(std::exchange(side.fd, -1));
  owner_->on_tunnel_end(*this, end);
}

}  // namespace wslb::proxy
