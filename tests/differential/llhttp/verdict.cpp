// What wslb-proxy makes of a request: reads one a line, in hexadecimal, and answers each with a
// line: "more", "bad STATUS", or "ok HEAD_BYTES KIND LENGTH SENT", SENT being the head that a
// server would get, in hexadecimal. compare.js asks it and llhttp the same.
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include "proxy/http/connection.h"
#include "proxy/http/request.h"
#include "proxy/http/upgrade.h"

namespace {

using namespace wslb::proxy::http;

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

void print_hex(std::string_view bytes) {
  for (const char byte : bytes) std::printf("%02x", static_cast<unsigned char>(byte));
}

void judge(const std::string& text) {
  RequestParser parser;
  const ParseStatus status = parser.parse(text);
  if (status == ParseStatus::NeedMore) {
    std::printf("more\n");
    return;
  }
  if (status == ParseStatus::Bad) {
    std::printf("bad %d\n", parser.rejection().status);
    return;
  }
  const std::size_t size = parser.head_bytes();
  RequestHead head = parser.take_head();
  const Framing framing = request_framing(head);
  if (framing.kind == Framing::Kind::Bad) {
    std::printf("bad %d\n", framing.rejection.status);
    return;
  }
  const bool tunnel = upgrade_request(head, framing).kind == UpgradeRequest::Kind::WebSocket;
  replace_hop_by_hop(head.fields, framing, tunnel ? NextHop::WebSocket : NextHop::Default);
  std::printf("ok %zu %d %llu ", size, static_cast<int>(framing.kind),
              static_cast<unsigned long long>(framing.length.value_or(0)));
  print_hex(serialise(head));
  std::printf("\n");
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    judge(from_hex(line));
    std::fflush(stdout);
  }
}
