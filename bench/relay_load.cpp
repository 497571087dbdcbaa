// relay_load: the clients of `./dev bench relay`, on 127.0.0.1.
//   relay_load echo PORT CONNECTIONS BYTES    so many tunnels, one message under way in each
//   relay_load churn PORT CONNECTIONS BYTES   connect, upgrade, one echo, close, again
//   relay_load get PORT CONNECTIONS BYTES     GETs on kept connections, answers of so many bytes
// Prints "ready" when all connections stand. For each line of its input, a number of seconds, it
// works for so long and prints one line of JSON; 0: one message each.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bench/relay_loop.h"

namespace wslb::bench {
namespace {

constexpr std::string_view kUpgrade =
    "GET /echo HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = local(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  return fd;
}

// The answer's head and what came behind it, blocking.
std::string read_head(int fd) {
  std::string text;
  std::array<char, 4096> room{};
  while (text.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(fd, room.data(), room.size(), 0);
    if (count <= 0) fail("no answer");
    text.append(room.data(), static_cast<std::size_t>(count));
  }
  return text;
}

int open_tunnel(int port) {
  const int fd = connect_to(port);
  send_all(fd, kUpgrade);
  if (!read_head(fd).starts_with("HTTP/1.1 101")) fail("no upgrade");
  return fd;
}

// With the head that the proxy makes of it.
std::size_t size_of_answer(int port, const std::string& get, std::size_t bytes) {
  const int fd = connect_to(port);
  send_all(fd, get);
  const std::string answer = read_head(fd);
  ::close(fd);
  return answer.find("\r\n\r\n") + 4 + bytes;
}

struct Results {
  std::size_t done = 0;
  std::vector<float> ms;

  void note(Clock::time_point sent_at) {
    ++done;
    ms.push_back(std::chrono::duration<float, std::milli>(Clock::now() - sent_at).count());
  }
  float at(double part) {
    if (ms.empty()) return 0;
    const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(ms.size() - 1));
    std::nth_element(ms.begin(), ms.begin() + place, ms.end());
    return ms[static_cast<std::size_t>(place)];
  }
  void print(double seconds) {
    std::printf("{\"done\": %zu, \"seconds\": %.3f, \"p50\": %.3f, \"p99\": %.3f}\n", done, seconds,
                static_cast<double>(at(0.5)), static_cast<double>(at(0.99)));
    std::fflush(stdout);
  }
};

// Messages there and back on connections that stay: the echo of a tunnel, or a GET and its answer.
class Rounds {
 public:
  Rounds(int port, std::size_t connections, std::string message, std::size_t answer, bool upgrade)
      : message_(std::move(message)), answer_(answer), room_(65536) {
    for (std::size_t i = 0; i < connections; ++i) {
      auto& one = *connections_.emplace_back(std::make_unique<Connection>());
      one.fd = upgrade ? open_tunnel(port) : connect_to(port);
      set_up(one.fd);
      loop_.watch(one);
    }
  }

  void run(double seconds) {
    Results results;
    const auto begun = Clock::now();
    const auto end =
        begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    std::size_t under_way = connections_.size();
    for (const auto& one : connections_) begin(*one);
    while (under_way > 0) {
      loop_.run_once(1000, [&](Connection& ready) {
        if (!take(ready)) return;
        results.note(ready.sent_at);
        if (Clock::now() < end) {
          begin(ready);
        } else {
          --under_way;
        }
      });
      if (Clock::now() > end + std::chrono::seconds(20)) fail("an answer is missing");
    }
    results.print(std::chrono::duration<double>(Clock::now() - begun).count());
  }

 private:
  void begin(Connection& connection) {
    connection.missing = answer_;
    connection.sent_at = Clock::now();
    send_all(connection.fd, message_);
  }

  // True: the whole answer is there.
  bool take(Connection& connection) {
    const ssize_t count = ::recv(connection.fd, room_.data(), room_.size(), 0);
    if (count < 0 && errno == EAGAIN) return false;
    if (count <= 0) fail("a connection was closed");
    if (static_cast<std::size_t>(count) > connection.missing) fail("too long an answer");
    connection.missing -= static_cast<std::size_t>(count);
    return connection.missing == 0;
  }

  Loop loop_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::string message_;
  std::size_t answer_;
  std::vector<char> room_;
};

// So many clients that come, say one thing and go.
class Churn {
 public:
  Churn(int port, std::size_t clients, std::string message)
      : port_(port), clients_(clients), message_(std::move(message)), room_(65536) {}

  void run(double seconds) {
    Results results;
    const auto begun = Clock::now();
    const std::chrono::duration<double> whole(seconds);
    std::size_t open = 0;
    for (; open < clients_; ++open) come();
    while (open > 0) {
      loop_.run_once(1000, [&](Connection& ready) {
        if (!go_on(ready)) return;
        results.note(ready.sent_at);
        ::close(ready.fd);
        delete &ready;
        if (Clock::now() - begun < whole) return come();
        --open;
      });
      if (Clock::now() - begun > whole + std::chrono::seconds(20)) fail("an answer is missing");
    }
    results.print(std::chrono::duration<double>(Clock::now() - begun).count());
  }

 private:
  void come() {
    auto& client = *new Connection{.fd = -1, .input = {}, .sent_at = Clock::now()};
    client.fd = connect_to(port_);
    client.missing = message_.size();
    set_up(client.fd);
    loop_.watch(client);
    send_all(client.fd, kUpgrade);
  }

  bool go_on(Connection& client) {
    const ssize_t count = ::recv(client.fd, room_.data(), room_.size(), 0);
    if (count < 0 && errno == EAGAIN) return false;
    if (count <= 0) fail("a connection was closed");
    if (client.upgraded) return (client.missing -= static_cast<std::size_t>(count)) == 0;
    client.input.append(room_.data(), static_cast<std::size_t>(count));
    if (client.input.find("\r\n\r\n") == std::string::npos) return false;
    if (!client.input.starts_with("HTTP/1.1 101")) fail("no upgrade");
    client.upgraded = true;
    send_all(client.fd, message_);
    return false;
  }

  Loop loop_;
  int port_;
  std::size_t clients_;
  std::string message_;
  std::vector<char> room_;
};

template <typename Load>
int obey(Load& load) {
  std::puts("ready");
  std::fflush(stdout);
  std::array<char, 64> line{};
  while (std::fgets(line.data(), line.size(), stdin) != nullptr) load.run(std::atof(line.data()));
  return 0;
}

int run(int argc, char** argv) {
  const std::string_view mode = argc > 2 ? argv[1] : "";
  const int port = argc > 2 ? std::atoi(argv[2]) : 0;
  if (argc != 5) return std::fputs("usage: see the head of relay_load.cpp\n", stderr) < 0 ? 1 : 2;
  const auto connections = static_cast<std::size_t>(std::atoll(argv[3]));
  const auto bytes = static_cast<std::size_t>(std::atoll(argv[4]));
  if (mode == "churn") {
    Churn churn(port, connections, std::string(bytes, 'm'));
    return obey(churn);
  }
  if (mode == "get") {
    const std::string get =
        "GET /?bytes=" + std::to_string(bytes) + " HTTP/1.1\r\nHost: bench\r\n\r\n";
    Rounds rounds(port, connections, get, size_of_answer(port, get, bytes), false);
    return obey(rounds);
  }
  Rounds rounds(port, connections, std::string(bytes, 'm'), bytes, true);
  return obey(rounds);
}

}  // namespace
}  // namespace wslb::bench

int main(int argc, char** argv) {
  try {
    return wslb::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relay_load: %s\n", error.what());
    return 1;
  }
}
