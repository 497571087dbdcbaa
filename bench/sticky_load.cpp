// sticky_load: plays the proxies of two agents and measures how fast sticky entries get from one to
// the other. Used by bench/sticky.py.
//   sticky_load AGENT_SOCK_A AGENT_SOCK_B ENTRIES RATE
// ENTRIES new entries with 32-byte keys are made at A, RATE a second (0: as fast as A takes them).
// Prints one line of JSON: latency percentiles in ms from the making at A to the arrival at B, the
// seconds that it took, and how many were behind when the last one was made.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/proxy.pb.h"
#include "proto/sticky.pb.h"

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kBatch = 100;
constexpr std::size_t kPacketBytes = 200000;
constexpr std::size_t kKeyBytes = 32;

// How the keys of this run begin: the agents may have those of others.
const std::string& own_keys() {
  static const std::string prefix = "run-" + std::to_string(::getpid()) + "-";
  return prefix;
}

// When it was made stands in place of a server's name, and is no longer than one.
const auto kBegun = steady_clock::now();
constexpr std::chrono::microseconds kUnit{10};

std::string name_of(steady_clock::time_point at) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%06llx",
                static_cast<unsigned long long>((at - kBegun) / kUnit));
  return text.data();
}

double ms_since(const std::string& name) {
  const auto made = kBegun + kUnit * std::strtoll(name.c_str(), nullptr, 16);
  return std::chrono::duration<double, std::milli>(steady_clock::now() - made).count();
}

// An agent's proxy: the line to it and the sticky stream.
class Proxy {
 public:
  explicit Proxy(const std::string& path) : agent_(::socket(AF_UNIX, SOCK_SEQPACKET, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(agent_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect to " + path);
    }
    wslb::proto::ProxyToAgent hello;
    hello.mutable_hello()->set_protocol(1);
    hello.mutable_hello()->set_version("load");
    send(agent_, hello);
    stream_ = take_stream();
    wslb::proto::ProxyToAgent ready;
    ready.mutable_ready();
    send(agent_, ready);
    declare();
  }

  void report() {
    if (steady_clock::now() < next_report_) return;
    next_report_ = steady_clock::now() + 100ms;
    wslb::proto::ProxyToAgent message;
    message.mutable_report();
    send(agent_, message);
  }

  bool change(std::size_t first, std::size_t count, std::uint64_t number) {
    wslb::proto::StickyToAgent message;
    const std::string server = name_of(steady_clock::now());
    for (std::size_t i = first; i < first + count; ++i) {
      auto& record = *message.mutable_changes()->add_changes()->mutable_record();
      std::string key = std::to_string(i);
      key.insert(0, kKeyBytes - own_keys().size() - key.size(), '0');
      record.set_key(own_keys() + key);
      wslb::proto::StickyValue value;
      value.set_server(server);
      record.set_value(value.SerializeAsString());
      record.set_expires_in_ms(600000);
    }
    message.mutable_changes()->set_number(number);
    const std::string bytes = message.SerializeAsString();
    return ::send(stream_, bytes.data(), bytes.size(), MSG_DONTWAIT) >= 0;
  }

  template <typename Take>
  void receive(Take take) {
    for (;;) {
      const ssize_t size = ::recv(stream_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (size <= 0) return;
      wslb::proto::StickyToProxy message;
      if (message.ParseFromArray(buffer_.data(), static_cast<int>(size))) take(message);
    }
  }

  [[nodiscard]] int stream() const { return stream_; }

 private:
  template <typename Message>
  static void send(int socket, const Message& message) {
    const std::string bytes = message.SerializeAsString();
    if (::send(socket, bytes.data(), bytes.size(), 0) < 0) throw std::runtime_error("send");
  }

  int take_stream() {
    std::array<char, 4096> packet{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    iovec part{packet.data(), packet.size()};
    msghdr received{};
    received.msg_iov = &part;
    received.msg_iovlen = 1;
    received.msg_control = room.data();
    received.msg_controllen = room.size();
    if (::recvmsg(agent_, &received, 0) <= 0) throw std::runtime_error("no hello");
    int stream = -1;
    if (const cmsghdr* head = CMSG_FIRSTHDR(&received)) {
      std::memcpy(&stream, CMSG_DATA(head), sizeof stream);
    }
    if (stream < 0) throw std::runtime_error("no sticky stream");
    return stream;
  }

  void declare() {
    wslb::proto::StickyToAgent message;
    auto& table = *message.mutable_tables()->add_tables();
    table.set_name("load");
    table.set_key_type(6);
    table.set_key_length(32);
    table.set_size(4000000);
    table.set_expire_ms(600000);
    send(stream_, message);
  }

  int agent_;
  int stream_ = -1;
  steady_clock::time_point next_report_{};
  std::vector<char> buffer_ = std::vector<char>(kPacketBytes);
};

struct Arrivals {
  std::vector<double> ms;

  void take(const wslb::proto::StickyToProxy& message) {
    for (const auto& record : message.entries().records()) {
      wslb::proto::StickyValue value;
      if (!record.key().starts_with(own_keys())) continue;
      if (!value.ParseFromString(record.value())) continue;
      ms.push_back(ms_since(value.server()));
    }
  }

  double at(double part) {
    if (ms.empty()) return -1;
    const auto index = static_cast<std::size_t>(part * static_cast<double>(ms.size() - 1));
    std::ranges::nth_element(ms, ms.begin() + static_cast<std::ptrdiff_t>(index));
    return ms[index];
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto entries = static_cast<std::size_t>(std::atoll(argv[3]));
  const double rate = std::atof(argv[4]);
  Proxy a(argv[1]);
  Proxy b(argv[2]);
  Arrivals arrivals;
  std::size_t made = 0;
  std::size_t behind = 0;
  const auto begun = steady_clock::now();
  const auto limit = begun + 600s;
  while (arrivals.ms.size() < entries && steady_clock::now() < limit) {
    const std::chrono::duration<double> passed = steady_clock::now() - begun;
    const auto due = rate > 0 ? static_cast<std::size_t>(passed.count() * rate) : entries;
    for (int i = 0; i < 20 && made < std::min(due, entries); ++i) {
      const std::size_t count = std::min({kBatch, due - made, entries - made});
      if (!a.change(made, count, made + count)) break;
      made += count;
      if (made == entries) behind = made - arrivals.ms.size();
    }
    a.receive([](const auto&) {});
    b.receive([&](const auto& message) { arrivals.take(message); });
    a.report();
    b.report();
    std::array<pollfd, 2> readable{pollfd{a.stream(), POLLIN, 0}, pollfd{b.stream(), POLLIN, 0}};
    ::poll(readable.data(), readable.size(), made < entries && rate == 0 ? 0 : 1);
  }
  const std::chrono::duration<double> took = steady_clock::now() - begun;
  std::printf(
      "{\"made\": %zu, \"arrived\": %zu, \"seconds\": %.3f, \"behind\": %zu, "
      "\"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}\n",
      made, arrivals.ms.size(), took.count(), behind, arrivals.at(0.5), arrivals.at(0.99),
      arrivals.at(1));
  return 0;
}
