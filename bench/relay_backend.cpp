// relay_backend PORT: what the proxies of `./dev bench relay` have behind them. Answers GET, with
// as many bytes as the query says, and echoes after an upgrade.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "bench/relay_loop.h"

namespace wslb::bench {
namespace {

constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

std::string answer_to_get(std::string_view head) {
  const std::size_t at = head.find("bytes=");
  const int bytes = at == std::string_view::npos ? 0 : std::atoi(head.data() + at + 6);
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
         std::string(static_cast<std::size_t>(bytes), 'x');
}

// False: it has ended.
bool serve_some(Connection& client, std::vector<char>& room) {
  const ssize_t count = ::recv(client.fd, room.data(), room.size(), 0);
  if (count < 0 && errno == EAGAIN) return true;
  if (count <= 0) return false;
  const std::string_view data(room.data(), static_cast<std::size_t>(count));
  if (client.upgraded) {
    send_all(client.fd, data);
    return true;
  }
  client.input += data;
  for (std::size_t end = 0; (end = client.input.find("\r\n\r\n")) != std::string::npos;) {
    const std::string head = client.input.substr(0, end + 4);
    client.input.erase(0, end + 4);
    client.upgraded = head.find("pgrade: websocket") != std::string::npos;
    send_all(client.fd, client.upgraded ? kSwitching : answer_to_get(head));
    if (client.upgraded) send_all(client.fd, std::exchange(client.input, {}));
  }
  return true;
}

int serve(int port) {
  Connection listener{.fd = ::socket(AF_INET, SOCK_STREAM, 0), .input = {}, .sent_at = {}};
  const int yes = 1;
  ::setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = local(port);
  if (::bind(listener.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.fd, 4096) != 0) {
    fail("listen");
  }
  set_up(listener.fd);
  Loop loop;
  loop.watch(listener);
  std::vector<char> room(65536);
  for (;;) {
    loop.run_once(-1, [&](Connection& ready) {
      if (&ready != &listener) {
        if (serve_some(ready, room)) return;
        ::close(ready.fd);
        delete &ready;
        return;
      }
      for (int fd = 0; (fd = ::accept(listener.fd, nullptr, nullptr)) >= 0;) {
        set_up(fd);
        loop.watch(*new Connection{.fd = fd, .input = {}, .sent_at = {}});
      }
    });
  }
}

}  // namespace
}  // namespace wslb::bench

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: relay_backend PORT\n", stderr) < 0 ? 1 : 2;
  try {
    return wslb::bench::serve(std::atoi(argv[1]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relay_backend: %s\n", error.what());
    return 1;
  }
}
