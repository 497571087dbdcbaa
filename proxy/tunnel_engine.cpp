#include "proxy/tunnel_engine.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <boost/asio/post.hpp>
#include <sys/epoll.h>

namespace wslb::proxy {
namespace {

constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr int kEventsPerBatch = 256;
constexpr int kBatchesPerTurn = 8;  // then the sessions of this thread get their turn

// A tunnel's address is even, so the lowest bit can say which of its sockets an event is about.
void* tag(Tunnel& tunnel, Tunnel::Side side) {
  return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(&tunnel) | side);
}

Tunnel& tunnel_of(const epoll_event& event) {
  const auto address = reinterpret_cast<std::uintptr_t>(event.data.ptr) & ~std::uintptr_t{1};
  return *reinterpret_cast<Tunnel*>(address);  // NOLINT(performance-no-int-to-ptr)
}

Tunnel::Side side_of(const epoll_event& event) {
  const bool server = (reinterpret_cast<std::uintptr_t>(event.data.ptr) & 1U) != 0;
  return server ? Tunnel::Server : Tunnel::Client;
}

}  // namespace

TunnelEngine::TunnelEngine(boost::asio::io_context& context)
    : epoll_(context, ::epoll_create1(EPOLL_CLOEXEC)),
      idle_timer_(context),
      now_(std::chrono::steady_clock::now()),
      scratch_(kScratchBytes) {
  wait_for_events();
}

TunnelEngine::~TunnelEngine() {
  for (auto& [timeout, list] : idle_) {
    list.clear_and_dispose([](Tunnel* tunnel) { delete tunnel; });
  }
}

void TunnelEngine::adopt(std::unique_ptr<Tunnel> adopted) {
  Tunnel& tunnel = *adopted.release();
  now_ = std::chrono::steady_clock::now();
  tunnel.last_activity = now_;
  idle_[tunnel.idle_timeout()].push_back(tunnel);
  ++size_;
  for (const Tunnel::Side side : {Tunnel::Client, Tunnel::Server}) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = tag(tunnel, side);
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, tunnel.fd(side), &event) != 0) {
      end(tunnel, side == Tunnel::Client ? TunnelEnd::ClientError : TunnelEnd::ServerError);
      return bury_ended();
    }
  }
  drive(tunnel);
  bury_ended();
  arm_idle_timer();
}

// Re-arming looks at the epoll descriptor anew, so no event is lost between here and there.
void TunnelEngine::wait_for_events() {
  if (waiting_) return;
  waiting_ = true;
  epoll_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& error) {
                      waiting_ = false;
                      if (!error) take_turn();
                    });
}

void TunnelEngine::post_turn() {
  if (turn_posted_) return;
  turn_posted_ = true;
  boost::asio::post(epoll_.get_executor(), [this] { take_turn(); });
}

void TunnelEngine::take_turn() {
  turn_posted_ = true;
  bool more = true;
  for (int batch = 0; batch < kBatchesPerTurn && more; ++batch) more = run_batch();
  turn_posted_ = false;
  if (more) {
    post_turn();
  } else {
    wait_for_events();
  }
}

bool TunnelEngine::run_batch() {
  std::array<epoll_event, kEventsPerBatch> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), kEventsPerBatch, 0);
  now_ = std::chrono::steady_clock::now();
  std::deque<Tunnel*> continued;
  continued.swap(with_more_);
  for (Tunnel* tunnel : continued) tunnel->queued = false;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    Tunnel& tunnel = tunnel_of(event);
    if (tunnel.ended) continue;
    const bool failed = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    const bool hangup = failed || (event.events & EPOLLRDHUP) != 0;
    tunnel.set_ready(side_of(event), hangup || (event.events & EPOLLIN) != 0,
                     failed || (event.events & EPOLLOUT) != 0, hangup);
    drive(tunnel);
  }
  for (Tunnel* tunnel : continued) {
    if (!tunnel->ended && !tunnel->queued) drive(*tunnel);
  }
  bury_ended();
  return count == kEventsPerBatch || !with_more_.empty();
}

void TunnelEngine::drive(Tunnel& tunnel) {
  const std::uint64_t before = tunnel.activity();
  const Tunnel::Progress progress = tunnel.pump(scratch_);
  if (tunnel.activity() != before) touch(tunnel);
  if (progress == Tunnel::Progress::Ended) return end(tunnel, tunnel.end());
  if (progress == Tunnel::Progress::More && !tunnel.queued) {
    tunnel.queued = true;
    with_more_.push_back(&tunnel);
    post_turn();
  }
}

void TunnelEngine::touch(Tunnel& tunnel) {
  tunnel.last_activity = now_;
  IdleList& list = idle_[tunnel.idle_timeout()];
  list.splice(list.end(), list, list.iterator_to(tunnel));
}

void TunnelEngine::end(Tunnel& tunnel, TunnelEnd reason) {
  IdleList& list = idle_[tunnel.idle_timeout()];
  list.erase(list.iterator_to(tunnel));
  --size_;
  tunnel.ended = true;
  tunnel.finish(reason);
  ended_.emplace_back(&tunnel);
}

void TunnelEngine::bury_ended() {
  if (ended_.empty()) return;
  std::erase_if(with_more_, [](const Tunnel* tunnel) { return tunnel->ended; });
  ended_.clear();
}

void TunnelEngine::arm_idle_timer() {
  base::TimePoint first = base::TimePoint::max();
  for (const auto& [timeout, list] : idle_) {
    if (list.empty() || timeout == base::Duration::max()) continue;
    first = std::min(first, list.front().last_activity + timeout);
  }
  if (first >= idle_timer_at_) return;
  idle_timer_at_ = first;
  idle_timer_.expires_at(first);
  idle_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_idle_timer();
  });
}

void TunnelEngine::on_idle_timer() {
  now_ = std::chrono::steady_clock::now();
  idle_timer_at_ = base::TimePoint::max();
  for (auto& [timeout, list] : idle_) {
    if (timeout == base::Duration::max()) continue;
    while (!list.empty() && list.front().last_activity + timeout <= now_) {
      end(list.front(), TunnelEnd::Timeout);
    }
  }
  bury_ended();
  arm_idle_timer();
}

}  // namespace wslb::proxy
