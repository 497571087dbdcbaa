// flow_server PORT: answers a WebSocket's handshake and sends back whatever comes, at the pace at
// which it is taken; answers any other request with 200.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <openssl/evp.h>

#include "tests/lab/streams/loop.h"

namespace wslb::flow {
namespace {

struct Client {
  int fd = -1;
  bool upgraded = false;
  bool ended = false;    // it sends nothing more
  std::string received;  // of a head
  std::string unsent;
  std::uint32_t watched = EPOLLIN;
};

std::string accept_of(const std::string& head) {
  constexpr std::string_view kField = "Sec-WebSocket-Key: ";
  const std::size_t at = head.find(kField);
  const std::size_t begin = at == std::string::npos ? head.size() : at + kField.size();
  const std::string key =
      head.substr(begin, head.find('\r', begin) - begin) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  ::EVP_Digest(key.data(), key.size(), hash.data(), nullptr, ::EVP_sha1(), nullptr);
  std::array<unsigned char, 32> text{};
  ::EVP_EncodeBlock(text.data(), hash.data(), 20);
  return reinterpret_cast<const char*>(text.data());
}

void answer(Client& client) {
  const std::size_t end = client.received.find("\r\n\r\n");
  if (end == std::string::npos) return;
  const std::string head = client.received.substr(0, end + 4);
  client.received.erase(0, end + 4);
  client.upgraded = head.find("pgrade: websocket") != std::string::npos;
  if (client.upgraded) {
    client.unsent +=
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Accept: " +
        accept_of(head) + "\r\n\r\n" + client.received;
  } else {
    client.unsent += "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  }
}

// False: it is over.
bool send_some(Client& client) {
  while (!client.unsent.empty()) {
    const ssize_t count =
        ::send(client.fd, client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    client.unsent.erase(0, static_cast<std::size_t>(count));
  }
  return !client.ended;
}

bool serve(Client& client, std::vector<char>& room) {
  while (client.unsent.empty() && !client.ended) {
    const ssize_t count = ::recv(client.fd, room.data(), room.size(), 0);
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) return false;
    client.ended = count == 0;
    const std::string_view data(room.data(), static_cast<std::size_t>(count));
    if (client.upgraded) {
      client.unsent = data;
    } else {
      client.received += data;
      answer(client);
    }
    if (!send_some(client)) return false;
  }
  return send_some(client);
}

int run(int port) {
  int listener = open_socket();
  const sockaddr_in address = address_of("0.0.0.0", port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0) {
    fail("listen");
  }
  Poll poll;
  poll.add(listener, &listener, EPOLLIN);
  std::vector<char> room(kBlockMax);
  for (;;) {
    poll.wait(-1, [&](void* who, std::uint32_t) {
      if (who == &listener) {
        for (int fd = 0; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          const int yes = 1;
          ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
          auto* const client = new Client{.fd = fd, .received = {}, .unsent = {}};
          poll.add(fd, client, client->watched);
        }
        return;
      }
      auto* const client = static_cast<Client*>(who);
      if (!serve(*client, room)) {
        ::close(client->fd);
        delete client;
        return;
      }
      const std::uint32_t wanted = client->unsent.empty() ? EPOLLIN : EPOLLOUT;
      if (wanted != client->watched) poll.change(client->fd, client, client->watched = wanted);
    });
  }
}

}  // namespace
}  // namespace wslb::flow

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: flow_server PORT\n", stderr) < 0 ? 1 : 2;
  try {
    return wslb::flow::run(std::atoi(argv[1]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flow_server: %s\n", error.what());
    return 1;
  }
}
