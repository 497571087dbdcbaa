#include "proxy/http/error_page.h"

#include <algorithm>
#include <array>

namespace wslb::proxy::http {

namespace {

struct Page {
  int status;
  std::string_view reason;
  std::string_view explanation;  // tells a stranger nothing about the servers behind
};

constexpr std::array<Page, 20> kPages{{
    {400, "Bad Request", "The request is malformed."},
    {401, "Unauthorized", "The request needs a name and a password."},
    {403, "Forbidden", "The request is not allowed."},
    {404, "Not Found", "There is nothing at this address."},
    {405, "Method Not Allowed", "The method is not allowed here."},
    {407, "Proxy Authentication Required", "The request needs a name and a password."},
    {408, "Request Timeout", "The request did not arrive in time."},
    {410, "Gone", "What was at this address is gone."},
    {413, "Content Too Large", "The request is too large."},
    {414, "URI Too Long", "The request line is too long."},
    {421, "Misdirected Request", "This server does not serve this host."},
    {422, "Unprocessable Content", "The request's content cannot be processed."},
    {429, "Too Many Requests", "Too many requests, try again later."},
    {431, "Request Header Fields Too Large", "The request's header is too large."},
    {500, "Internal Server Error", "The request could not be served."},
    {501, "Not Implemented", "The request asks for something that is not supported here."},
    {502, "Bad Gateway", "The server's answer was incomplete or malformed."},
    {503, "Service Unavailable", "No server is available to serve this request."},
    {504, "Gateway Timeout", "The server did not answer in time."},
    {505, "HTTP Version Not Supported", "This HTTP version is not supported."},
}};

const Page* find_page(int status) {
  const auto found = std::ranges::find(kPages, status, &Page::status);
  return found == kPages.end() ? nullptr : &*found;
}

}  // namespace

std::string error_page(int status, std::string_view request_method) {
  const Page* page = find_page(status);
  if (page == nullptr) page = find_page(500);
  const std::string title = std::to_string(page->status) + " " + std::string(page->reason);
  std::string body = "<html><body><h1>" + title + "</h1>\n";
  body.append(page->explanation).append("\n</body></html>\n");
  std::string response = "HTTP/1.1 " + title + "\r\nContent-Length: " + std::to_string(body.size());
  response.append(
      "\r\nCache-Control: no-cache\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n");
  if (request_method != "HEAD") response.append(body);
  return response;
}

std::string monitor_page(std::string_view request_method, bool keeps_alive) {
  const std::string body = "<html><body><h1>200 OK</h1>\nThe proxy is up.\n</body></html>\n";
  std::string response = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size());
  response.append("\r\nCache-Control: no-cache\r\nContent-Type: text/html\r\n");
  response.append(keeps_alive ? "\r\n" : "Connection: close\r\n\r\n");
  if (request_method != "HEAD") response.append(body);
  return response;
}

std::string_view reason_phrase(int status) {
  const Page* page = find_page(status);
  return page == nullptr ? std::string_view{} : page->reason;
}

}  // namespace wslb::proxy::http
