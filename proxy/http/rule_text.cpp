#include "proxy/http/rule_text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "proxy/http/characters.h"
#include "proxy/http/log_text.h"

namespace wslb::proxy::http {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

// RFC 9110, section 15. A status without a phrase has an empty one, which is legal.
constexpr auto kPhrases = std::to_array<Phrase>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
});

std::string status_line(int status) {
  std::string line = "HTTP/1.1 " + std::to_string(status) + " ";
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) line += phrase.text;
  }
  return line + "\r\n";
}

void add_field(std::string& message, std::string_view name, std::string_view value) {
  if (!is_value(value)) return;
  message.append(name).append(": ").append(value).append("\r\n");
}

bool is_head(const Transaction& transaction) {
  return transaction.request != nullptr && transaction.request->method == "HEAD";
}

}  // namespace

std::string fill_in(const config::LogFormat& format, const Transaction& transaction) {
  const bool wants_facts = std::ranges::any_of(format.parts, [](const config::LogPart& part) {
    return part.variable > config::LogVariable::Sample;
  });
  if (!wants_facts || !transaction.facts) return log_text(format, {}, &transaction);
  return log_text(format, transaction.facts(), &transaction);
}

std::string redirect_location(const config::HttpRule& rule, const Transaction& transaction) {
  using Kind = config::RedirectTarget::Kind;
  const std::string given = fill_in(rule.value, transaction);
  const RequestHead& head = *transaction.request;
  if (rule.redirect.kind == Kind::Location) return given;
  std::string target(rule.redirect.drop_query ? head.path() : head.target);
  if (rule.redirect.append_slash && !target.ends_with('/')) target += '/';
  if (rule.redirect.kind == Kind::Scheme) {
    return given + "://" + std::string(head.fields.find("Host").value_or("")) + target;
  }
  return given == "/" ? target : given + target;  // the prefix "/" adds nothing
}

std::string redirect_message(const config::HttpRule& rule, const Transaction& transaction) {
  std::string message = status_line(rule.status);
  add_field(message, "Content-Length", "0");
  add_field(message, "Location", redirect_location(rule, transaction));
  const bool temporary = rule.status == 302 || rule.status == 303 || rule.status == 307;
  if (temporary) add_field(message, "Cache-Control", "no-cache");
  if (!rule.redirect.set_cookie.empty()) {
    add_field(message, "Set-Cookie", rule.redirect.set_cookie);
  }
  return message + "\r\n";
}

std::string reply_message(int status, const config::OwnReply& reply,
                          const Transaction& transaction) {
  if (!reply.message.empty()) {
    std::string whole = reply.message;
    constexpr std::string_view kClose = "Connection: close\r\n";
    if (const auto at = whole.find(kClose); at != std::string::npos) whole.erase(at, kClose.size());
    const auto head_end = whole.find("\r\n\r\n");
    return is_head(transaction) ? whole.substr(0, head_end + 4) : whole;
  }
  std::string message = status_line(status);
  for (const config::OwnReply::Header& header : reply.headers) {
    const std::string value = fill_in(header.value, transaction);
    if (!value.empty()) add_field(message, header.name, value);
  }
  const std::string content = fill_in(reply.content, transaction);
  const bool bodiless = status == 204 || status == 304;
  if (!bodiless) add_field(message, "Content-Length", std::to_string(content.size()));
  if (!content.empty()) add_field(message, "Content-Type", reply.content_type);
  message += "\r\n";
  return is_head(transaction) ? message : message + content;
}

}  // namespace wslb::proxy::http
