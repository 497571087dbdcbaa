#include "proxy/http/error_reply.h"

#include "proxy/http/error_page.h"
#include "proxy/http/response.h"
#include "proxy/http/rule.h"
#include "proxy/http/rule_text.h"

namespace wslb::proxy::http {

namespace {

constexpr std::size_t kFileBytesMax = 16 * 1024;

const config::ErrorReply* find(const config::ProxySection* section, int status) {
  if (section == nullptr) return nullptr;
  const auto found = section->error_replies.find(status);
  return found == section->error_replies.end() ? nullptr : &found->second;
}

}  // namespace

base::Result<std::string> checked_error_file(std::string_view text) {
  if (text.empty()) return std::string{};
  if (text.size() > kFileBytesMax) {
    return base::Error{"is larger than " + std::to_string(kFileBytesMax) + " bytes"};
  }
  ResponseParser parser;
  if (parser.parse(text) != ParseStatus::Complete) {
    return base::Error{
        "is no HTTP response: expects a status line, header lines, an empty line and a body"};
  }
  const std::string_view body = text.substr(parser.head_bytes());
  const std::string version(text.substr(0, text.find(' ')));
  ResponseHead head = parser.take_head();
  if (head.fields.count("Transfer-Encoding") > 0) {
    return base::Error{"has a Transfer-Encoding, which an error's page cannot have"};
  }
  const auto length = head.fields.find("Content-Length");
  if (length &&
      (*length != std::to_string(body.size()) || head.fields.count("Content-Length") > 1)) {
    return base::Error{"announces a Content-Length of " + std::string(*length) +
                       ", but its body has " + std::to_string(body.size()) + " bytes"};
  }
  head.fields.remove("Connection");
  head.fields.add("Connection", "close");
  std::string message = serialise(head);
  message.replace(0, message.find(' '), version);
  return message.append(body);
}

std::string error_reply(int status, std::string_view request_method,
                        const config::ProxySection* backend, const config::ProxySection& frontend,
                        const Transaction* transaction) {
  const config::ErrorReply* reply = find(backend, status);
  if (reply == nullptr) reply = find(&frontend, status);
  if (reply == nullptr) return error_page(status, request_method);
  if (reply->own) {
    if (transaction == nullptr) return error_page(status, request_method);
    return finish_answer(reply_message(status, *reply->own, *transaction), true);
  }
  const auto head_end = reply->message.find("\r\n\r\n");
  const bool bodiless = request_method == "HEAD" && head_end != std::string::npos;
  return bodiless ? reply->message.substr(0, head_end + 4) : reply->message;
}

std::string challenge(const std::string& page, std::string_view realm) {
  ResponseParser parser;
  if (parser.parse(page) != ParseStatus::Complete) return page;
  const std::string body = page.substr(parser.head_bytes());
  ResponseHead head = parser.take_head();
  head.fields.remove("Connection");
  head.fields.set("WWW-Authenticate", "Basic realm=\"" + std::string(realm) + "\"");
  return serialise(head).append(body);
}

}  // namespace wslb::proxy::http
