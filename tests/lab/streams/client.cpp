// flow_client ADDRESS PORT TUNNELS PAUSE_MS BULK: streams through tunnels of which every byte is
// known. Each tunnel sends blocks of 16 bytes to 64 KiB of its own pattern, PAUSE_MS apart on
// average, the first BULK of them without a pause, and compares what comes back.
//
// SIGUSR2: something is done to the proxies now; until the next one each tunnel's longest time
// without a byte while some were under way is a stall of that. SIGUSR1: no new blocks; when all is
// back, or 20 s are over, a line of JSON says what became of it.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <queue>
#include <random>
#include <vector>

#include "tests/lab/streams/loop.h"

namespace wslb::flow {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPattern = 65521;
constexpr std::uint64_t kWindow = 256 * 1024;  // of bytes under way
constexpr std::size_t kOpeningAtOnce = 50;
constexpr auto kPatience = std::chrono::seconds(20);
constexpr std::string_view kRequest =
    "GET /flow HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

volatile std::sig_atomic_t ending = 0;
volatile std::sig_atomic_t marks = 0;

std::vector<char> make_pattern() {
  std::mt19937 random(1);
  std::vector<char> pattern(kPattern * 3);
  for (std::size_t i = 0; i < kPattern; ++i) pattern[i] = static_cast<char>(random());
  for (std::size_t i = kPattern; i < pattern.size(); ++i) pattern[i] = pattern[i - kPattern];
  return pattern;
}

struct Tunnel {
  std::size_t seed = 0;
  int fd = -1;
  bool open = false;
  std::string head;
  std::uint64_t queued = 0;  // the stream's bytes that are to be sent
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  Clock::time_point moved;  // the last byte, or the first one under way
  Clock::duration stall{};  // since the last mark
  std::string lost;
  std::uint32_t watched = EPOLLIN | EPOLLOUT;

  [[nodiscard]] bool is_even() const { return received == queued; }
};

class Flow {
 public:
  Flow(const char* host, int port, std::size_t count, int pause_ms, std::size_t bulk)
      : address_(address_of(host, port)), pause_(pause_ms), bulk_(bulk), pattern_(make_pattern()) {
    for (std::size_t i = 0; i < count; ++i) {
      tunnels_.push_back(std::make_unique<Tunnel>());
      tunnels_.back()->seed = i;
    }
  }

  void run() {
    while (opened_ < tunnels_.size() && !ending) {
      while (begun_ < tunnels_.size() && begun_ - opened_ < kOpeningAtOnce)
        begin(*tunnels_[begun_++]);
      step();
    }
    std::puts("open");
    std::fflush(stdout);
    for (int seen = marks; !ending; step()) {
      if (seen != marks) take_stalls();
      seen = marks;
    }
    const auto deadline = Clock::now() + kPatience;
    while (Clock::now() < deadline && !std::ranges::all_of(tunnels_, [](const auto& each) {
             return !each->lost.empty() || each->is_even();
           })) {
      step();
    }
    take_stalls();
    tell();
  }

 private:
  void begin(Tunnel& tunnel) {
    tunnel.fd = open_socket();
    ::connect(tunnel.fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    poll_.add(tunnel.fd, &tunnel, tunnel.watched);
  }

  void step() {
    const auto now = Clock::now();
    while (!ending && !due_.empty() && due_.top().first <= now) {
      Tunnel& tunnel = *tunnels_[due_.top().second];
      due_.pop();
      queue_block(tunnel, now);
    }
    const bool soon = !due_.empty() && due_.top().first - now < milliseconds(1);
    poll_.wait(soon ? 0 : 1, [this](void* who, std::uint32_t events) {
      serve(*static_cast<Tunnel*>(who), events);
    });
  }

  void queue_block(Tunnel& tunnel, Clock::time_point now) {
    if (!tunnel.lost.empty()) return;
    const auto size = static_cast<std::uint64_t>(16 * std::exp2(real_(random_) * 12));
    const bool room = tunnel.queued - tunnel.received + size <= kWindow;
    if (room) {
      if (tunnel.is_even()) tunnel.moved = now;
      tunnel.queued += size;
      send_some(tunnel);
    }
    const bool paced = tunnel.seed >= bulk_;
    due_.emplace(now + (paced ? pause(0.5 + real_(random_)) : milliseconds(1)), tunnel.seed);
  }

  Clock::duration pause(double share) const {
    return std::chrono::duration_cast<Clock::duration>(pause_ * share);
  }

  void serve(Tunnel& tunnel, std::uint32_t events) {
    if (!tunnel.lost.empty()) return;
    if (!tunnel.open) return shake_hands(tunnel);
    if ((events & EPOLLIN) != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0) receive_some(tunnel);
    if (tunnel.lost.empty()) send_some(tunnel);
  }

  void shake_hands(Tunnel& tunnel) {
    if ((tunnel.watched & EPOLLOUT) != 0) {
      const ssize_t count = ::send(tunnel.fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
      if (count < 0) return lose(tunnel, std::string("not open: ") + std::strerror(errno));
      watch(tunnel, EPOLLIN);
      return;
    }
    std::array<char, 1024> room{};
    const ssize_t count = ::recv(tunnel.fd, room.data(), room.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return lose(tunnel, "not open: closed");
    tunnel.head.append(room.data(), static_cast<std::size_t>(count));
    if (!tunnel.head.ends_with("\r\n\r\n")) return;
    if (tunnel.head.find(" 101 ") == std::string::npos) return lose(tunnel, tunnel.head);
    tunnel.open = true;
    tunnel.head = {};
    ++opened_;
    due_.emplace(Clock::now() + pause(real_(random_)), tunnel.seed);
  }

  [[nodiscard]] const char* stream(const Tunnel& tunnel, std::uint64_t at) const {
    return pattern_.data() + (tunnel.seed * 7919 + at) % kPattern;
  }

  void send_some(Tunnel& tunnel) {
    while (tunnel.sent < tunnel.queued) {
      const std::uint64_t size = std::min<std::uint64_t>(tunnel.queued - tunnel.sent, kBlockMax);
      const ssize_t count = ::send(tunnel.fd, stream(tunnel, tunnel.sent), size, MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) break;
      if (count < 0) return lose(tunnel, std::strerror(errno));
      tunnel.sent += static_cast<std::uint64_t>(count);
    }
    watch(tunnel, tunnel.sent < tunnel.queued ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  void receive_some(Tunnel& tunnel) {
    std::array<char, kBlockMax> room;
    const ssize_t count = ::recv(tunnel.fd, room.data(), room.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) return lose(tunnel, std::strerror(errno));
    if (count == 0) return lose(tunnel, "closed");
    const auto size = static_cast<std::size_t>(count);
    if (tunnel.received + size > tunnel.sent ||
        std::memcmp(room.data(), stream(tunnel, tunnel.received), size) != 0) {
      return lose(tunnel, "wrong bytes");
    }
    const auto now = Clock::now();
    tunnel.stall = std::max(tunnel.stall, now - tunnel.moved);
    tunnel.moved = now;
    tunnel.received += size;
  }

  void lose(Tunnel& tunnel, const std::string& why) {
    tunnel.lost = why + " behind " + std::to_string(tunnel.received) + " bytes of " +
                  std::to_string(tunnel.sent);
    if (!tunnel.open) ++opened_;
    ::close(tunnel.fd);
  }

  void watch(Tunnel& tunnel, std::uint32_t events) {
    if (events == tunnel.watched) return;
    tunnel.watched = events;
    poll_.change(tunnel.fd, &tunnel, events);
  }

  void take_stalls() {
    for (const auto& each : tunnels_) {
      if (each->stall > Clock::duration(0)) stalls_.push_back(each->stall);
      each->stall = {};
    }
  }

  static double ms(Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }

  void tell() {
    std::ranges::sort(stalls_);
    const auto at = [&](double share) {
      if (stalls_.empty()) return 0.0;
      return ms(stalls_[static_cast<std::size_t>(share * static_cast<double>(stalls_.size() - 1))]);
    };
    std::uint64_t bytes = 0;
    std::string lost;
    for (const auto& each : tunnels_) {
      bytes += each->received;
      if (each->lost.empty() && !each->is_even()) lose(*each, "silent");
      if (!each->lost.empty()) lost += (lost.empty() ? "\"" : ", \"") + plain(each->lost) + "\"";
    }
    std::printf(
        "{\"tunnels\": %zu, \"lost\": [%s], \"bytes\": %llu, \"stalls\": %zu, "
        "\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}\n",
        tunnels_.size(), lost.c_str(), static_cast<unsigned long long>(bytes), stalls_.size(),
        at(0.5), at(0.99), at(1));
    std::fflush(stdout);
  }

  static std::string plain(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c == '"' || c == '\\'; }, ' ');
    return text;
  }

  const sockaddr_in address_;
  const milliseconds pause_;
  const std::size_t bulk_;
  const std::vector<char> pattern_;
  std::vector<std::unique_ptr<Tunnel>> tunnels_;
  std::size_t begun_ = 0;
  std::size_t opened_ = 0;
  Poll poll_;
  using Due = std::pair<Clock::time_point, std::size_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<Clock::duration> stalls_;
  std::mt19937 random_{2};
  std::uniform_real_distribution<double> real_;
};

}  // namespace
}  // namespace wslb::flow

int main(int argc, char** argv) {
  using namespace wslb::flow;
  if (argc != 6) {
    std::fputs("usage: flow_client ADDRESS PORT TUNNELS PAUSE_MS BULK\n", stderr);
    return 2;
  }
  std::signal(SIGUSR1, [](int) { ending = 1; });
  std::signal(SIGUSR2, [](int) { marks = marks + 1; });
  try {
    Flow(argv[1], std::atoi(argv[2]), static_cast<std::size_t>(std::atoi(argv[3])),
         std::atoi(argv[4]), static_cast<std::size_t>(std::atoi(argv[5])))
        .run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flow_client: %s\n", error.what());
    return 1;
  }
}
