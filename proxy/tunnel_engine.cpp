#include "proxy/tunnel_engine.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <boost/asio/post.hpp>
#include <sys/epoll.h>

namespace wslb::proxy {
namespace {

constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr int kEventsPerBatch = 256;
constexpr std::ptrdiff_t kLeftoversPerBatch = 64;
constexpr int kBatchesPerTurn = 8;  // then the sessions of this thread get their turn

constexpr base::Duration kUntold = base::Duration::max();
// A client has this long to answer our Close; browsers wait as long for theirs.
constexpr base::Duration kGrace = std::chrono::seconds(2);
constexpr base::Duration kFarewellTick = std::chrono::milliseconds(10);

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
      timer_(context),
      now_(std::chrono::steady_clock::now()),
      scratch_(kScratchBytes) {
  wait_for_events();
}

TunnelEngine::~TunnelEngine() {
  while (silences_.take_any() != nullptr) {
  }
  while (farewells_.take_any() != nullptr) {
  }
  while (TunnelTimer* timer = idle_.take_any()) delete &timer->tunnel;
}

void TunnelEngine::move_into(vault::Arena& arena, std::size_t worker) {
  batch_.move_into(arena, worker);
}

void TunnelEngine::adopt(std::unique_ptr<Tunnel> adopted) {
  Tunnel& tunnel = *adopted.release();
  if (!moving_) batch_.pass_on();  // what it says first
  now_ = std::chrono::steady_clock::now();
  idle_.start(tunnel.idle, now_, tunnel.limit().duration);
  ++size_;
  if (tunnel.care() != nullptr) watch_over(tunnel);
  for (const Tunnel::Side side : {Tunnel::Client, Tunnel::Server}) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = tag(tunnel, side);
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, tunnel.fd(side), &event) != 0) {
      end(tunnel, side == Tunnel::Client ? TunnelEnd::ClientError : TunnelEnd::ServerError);
      return bury_ended();
    }
  }
  if (tunnel.is_unproven()) return arm_timer();  // epoll says which of them have something to do
  if (moving_) {                                 // by what the end of another one has set free
    tunnel.queued = true;
    with_more_.push_back(&tunnel);
    return post_turn();
  }
  due_.push_back(&tunnel);
  move();
  bury_ended();
  arm_timer();
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
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    Tunnel& tunnel = tunnel_of(event);
    const bool failed = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    const bool hangup = failed || (event.events & EPOLLRDHUP) != 0;
    tunnel.set_ready(side_of(event), hangup || (event.events & EPOLLIN) != 0,
                     failed || (event.events & EPOLLOUT) != 0,
                     hangup || (event.events & EPOLLPRI) != 0);
    if (!std::exchange(tunnel.queued, true)) due_.push_back(&tunnel);
  }
  const auto leftovers = with_more_.begin() + std::min(std::ssize(with_more_), kLeftoversPerBatch);
  due_.insert(due_.end(), with_more_.begin(), leftovers);
  with_more_.erase(with_more_.begin(), leftovers);
  move();
  bury_ended();
  return count == kEventsPerBatch || !with_more_.empty();
}

// All that are due.
void TunnelEngine::move() {
  moving_ = true;
  for (Tunnel* tunnel : due_) {
    tunnel->queued = false;
    if (!tunnel->is_plain()) {
      drive(*tunnel);
      continue;
    }
    for (const Tunnel::Side side : {Tunnel::Client, Tunnel::Server}) {
      if (!batch_.has_room()) batch_.pass_on();
      tunnel->gather(side, batch_);
    }
  }
  batch_.pass_on();
  for (Tunnel* tunnel : due_) {
    if (tunnel->is_plain()) notice(*tunnel, tunnel->conclude());
  }
  due_.clear();
  moving_ = false;
}

void TunnelEngine::drive(Tunnel& tunnel) {
  const std::uint64_t heard = tunnel.received(Tunnel::Client);
  const Tunnel::Progress progress = tunnel.pump(scratch_);
  if (tunnel.received(Tunnel::Client) != heard) client_spoke(tunnel);
  notice(tunnel, progress);
}

void TunnelEngine::notice(Tunnel& tunnel, Tunnel::Progress progress) {
  if (std::exchange(tunnel.noticed, tunnel.activity()) != tunnel.activity()) {
    idle_.restart(tunnel.idle, now_);
  }
  if (progress == Tunnel::Progress::Ended) return end(tunnel, tunnel.end());
  const base::Duration limit = tunnel.limit().duration;
  if (limit != tunnel.idle.duration) {  // one side has ended
    idle_.start(tunnel.idle, now_, limit);
    arm_timer();
  }
  if (progress == Tunnel::Progress::More && !std::exchange(tunnel.queued, true)) {
    with_more_.push_back(&tunnel);
    post_turn();
  }
}

void TunnelEngine::end(Tunnel& tunnel, TunnelEnd reason) {
  idle_.stop(tunnel.idle);
  if (WebSocketCare* care = tunnel.care()) {
    silences_.stop(care->silence);
    farewells_.stop(care->farewell);
  }
  --size_;
  tunnel.ended = true;
  if (tunnel.has_duplicates()) {
    for (const Tunnel::Side side : {Tunnel::Client, Tunnel::Server}) {
      ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, tunnel.fd(side), nullptr);
    }
  }
  tunnel.finish(reason);
  ended_.emplace_back(&tunnel);
}

void TunnelEngine::bury_ended() {
  if (ended_.empty() || moving_) return;
  std::erase_if(with_more_, [](const Tunnel* tunnel) { return tunnel->ended; });
  ended_.clear();
}

void TunnelEngine::watch_over(Tunnel& tunnel) {
  WebSocketCare& care = *tunnel.care();
  if (care.ping()) silences_.start(care.silence, now_, care.ping()->interval);
  if (!care.closes()) return;
  farewells_.start(care.farewell, now_, kUntold);
  if (farewell_) next_farewell_ = std::min(next_farewell_, now_ + farewell_->interval);
}

void TunnelEngine::client_spoke(Tunnel& tunnel) {
  WebSocketCare* care = tunnel.care();
  if (care == nullptr || !care->ping()) return;
  if (!care->pinged) return silences_.restart(care->silence, now_);
  care->pinged = false;
  silences_.start(care->silence, now_, care->ping()->interval);
  arm_timer();
}

void TunnelEngine::client_was_silent(Tunnel& tunnel) {
  WebSocketCare& care = *tunnel.care();
  if (care.pinged) return end(tunnel, TunnelEnd::ClientSilent);
  silences_.start(care.silence, now_, care.ping()->timeout);
  const std::string frame = care.say_ping();
  if (!frame.empty()) tunnel.interject(Tunnel::Client, frame);
}

void TunnelEngine::bid_farewell(const Farewell& farewell) {
  now_ = std::chrono::steady_clock::now();
  farewell_ = farewell;
  next_farewell_ = now_;
  tell_some();
  bury_ended();
  arm_timer();
}

// So many as are due since the last time.
void TunnelEngine::tell_some() {
  const bool all = farewell_->interval == base::Duration::zero() ||
                   (farewell_->until && now_ >= *farewell_->until);
  next_farewell_ = std::min(next_farewell_, now_);
  while (all || next_farewell_ <= now_) {
    TunnelTimer* timer = farewells_.take_first(kUntold);
    if (timer == nullptr) {
      next_farewell_ = base::TimePoint::max();  // until another one comes
      return;
    }
    tell(timer->tunnel);
    next_farewell_ += farewell_->interval;
  }
  if (farewell_->until) next_farewell_ = std::min(next_farewell_, *farewell_->until);
}

void TunnelEngine::tell(Tunnel& tunnel) {
  WebSocketCare& care = *tunnel.care();
  farewells_.start(care.farewell, now_, kGrace);
  tunnel.interject(Tunnel::Client, care.say_close(WebSocketCare::Client, farewell_->code));
  tunnel.interject(Tunnel::Server, care.say_close(WebSocketCare::Server, farewell_->code));
}

void TunnelEngine::arm_timer() {
  base::TimePoint first = std::min({idle_.next(), silences_.next(), farewells_.next()});
  // Several farewells at a time where they follow one another closely.
  if (next_farewell_ != base::TimePoint::max()) {
    first = std::min(first, std::max(next_farewell_, now_ + kFarewellTick));
  }
  if (first >= timer_at_) return;
  timer_at_ = first;
  timer_.expires_at(first);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_timer();
  });
}

void TunnelEngine::on_timer() {
  now_ = std::chrono::steady_clock::now();
  timer_at_ = base::TimePoint::max();
  // end() stops a timer that was taken out already: that is harmless.
  while (TunnelTimer* timer = idle_.take_expired(now_)) {
    end(timer->tunnel, timer->tunnel.limit().end);
  }
  while (TunnelTimer* timer = silences_.take_expired(now_)) client_was_silent(timer->tunnel);
  while (TunnelTimer* timer = farewells_.take_expired(now_)) {
    end(timer->tunnel, TunnelEnd::Farewell);
  }
  if (next_farewell_ <= now_) tell_some();
  bury_ended();
  arm_timer();
}

}  // namespace wslb::proxy
