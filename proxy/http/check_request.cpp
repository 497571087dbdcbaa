#include "proxy/http/check_request.h"

#include <algorithm>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

std::string check_request(const config::CheckRequest& request, const base::Endpoint& server) {
  const std::string version = request.version.value_or("HTTP/1.0");
  std::string text =
      request.method.value_or("OPTIONS") + " " + request.uri.value_or("/") + " " + version + "\r\n";
  const bool is_http11 = version == "HTTP/1.1";
  const bool has_host = std::ranges::any_of(request.headers, [](const auto& header) {
    return equal_ignoring_case(header.first, "host");
  });
  // RFC 9112, section 3.2: without Host an HTTP/1.1 server has to answer 400.
  if (is_http11 && !has_host) text += "Host: " + server.to_string() + "\r\n";
  for (const auto& [name, value] : request.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (!request.body.empty()) {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  if (is_http11) text += "Connection: close\r\n";
  return text + "\r\n" + request.body;
}

}  // namespace wslb::proxy::http
