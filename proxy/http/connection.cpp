#include "proxy/http/connection.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "proxy/http/characters.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {

namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(
      names, [name](std::string_view other) { return equal_ignoring_case(name, other); });
}

// RFC 9110, section 7.6.1. Trailer goes because trailers are dropped (body.h).
bool is_hop_by_hop(std::string_view name) {
  return is_one_of(name, {"Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer",
                          "Upgrade", "HTTP2-Settings"});
}

// What a client must not be able to strip on its way to the server: without these the message would
// mean something else.
bool is_protected(std::string_view name) {
  return is_one_of(name, {"Host", "Content-Length", "Transfer-Encoding", "Cookie", "Set-Cookie",
                          "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Accept"});
}

bool keeps_alive(const Fields& fields, Version version) {
  if (fields.lists("Connection", "close")) return false;
  return version == Version::Http11 || fields.lists("Connection", "keep-alive");
}

}  // namespace

bool keeps_alive(const RequestHead& head) {
  return keeps_alive(head.fields, head.version);
}
bool keeps_alive(const ResponseHead& head) {
  return keeps_alive(head.fields, head.version);
}

void replace_hop_by_hop(Fields& fields, const Framing& framing, NextHop next) {
  std::vector<std::string_view> listed;
  for (const Field& field : fields.all()) {
    if (!equal_ignoring_case(field.name, "Connection")) continue;
    for_each_element(field.value, [&](std::string_view element) {
      if (!element.empty() && !is_protected(element)) listed.push_back(element);
      return true;
    });
  }
  fields.remove_if([&](const Field& field) {
    return is_hop_by_hop(field.name) || std::ranges::any_of(listed, [&](std::string_view name) {
             return equal_ignoring_case(field.name, name);
           });
  });
  write_framing(fields, framing);
  switch (next) {
    case NextHop::Default:
      break;
    case NextHop::Close:
      fields.add("Connection", "close");
      break;
    case NextHop::KeepAlive:
      fields.add("Connection", "keep-alive");
      break;
    case NextHop::WebSocket:
      fields.add("Connection", "Upgrade");
      fields.add("Upgrade", "websocket");
      break;
  }
}

}  // namespace wslb::proxy::http
