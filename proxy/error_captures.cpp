#include "proxy/error_captures.h"

#include "proxy/access_log.h"
#include "proxy/http/log_date.h"

namespace wslb::proxy {
namespace {

constexpr std::size_t kLineBytes = 70;

std::string date(std::chrono::system_clock::time_point when) {
  return "[" + http::date_with_milliseconds(log_time(when)) + "]";
}

std::string readable(char c) {
  if (c == '\r') return "\\r";
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (c == '\\') return "\\\\";
  if (c >= ' ' && c <= '~') return {c};
  return "\\x" + http::hexadecimal(static_cast<unsigned char>(c), 2);
}

// Lines end where the received ones do; a `+` marks the rest of a long one.
std::string dump(const std::string& bytes) {
  std::string text;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const bool rest = begin > 0 && bytes[begin - 1] != '\n';
    text += "  " + http::decimal(begin, 5) + (rest ? "+ " : "  ");
    const std::size_t end = std::min(begin + kLineBytes, bytes.size());
    while (begin < end) {
      const char c = bytes[begin++];
      text += readable(c);
      if (c == '\n') break;
    }
    text += "\n";
  }
  return text;
}

std::string_view or_none(const std::string& name, std::string_view none) {
  return name.empty() ? none : std::string_view(name);
}

std::string describe(const ErrorCapture& capture) {
  const bool request = capture.kind == ErrorCapture::Kind::Request;
  std::string text = date(capture.when);
  text.append(request ? " frontend " : " backend ");
  text.append(request ? capture.frontend : capture.backend);
  text.append(request ? ": invalid request\n  backend " : ": invalid response\n  frontend ");
  text.append(request ? or_none(capture.backend, "<NONE>") : std::string_view(capture.frontend));
  text.append(", server ").append(or_none(capture.server, "<NONE>"));
  text += ", event #" + std::to_string(capture.number) + ", src " + capture.client.to_string();
  text.append("\n  ").append(capture.reason);
  text += ", len " + std::to_string(capture.length) + ":\n\n";
  return text + dump(capture.bytes);
}

}  // namespace

void ErrorCaptures::note(ErrorCapture capture, std::string_view received) {
  capture.bytes = received.substr(0, kBytesMax);
  capture.length = received.size();
  const bool request = capture.kind == ErrorCapture::Kind::Request;
  const std::string proxy = request ? capture.frontend : capture.backend;
  const std::lock_guard lock(mutex_);
  capture.number = total_++;
  last_[{proxy, capture.kind}] = std::move(capture);
}

std::string ErrorCaptures::report(const std::string& proxy, const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  std::string text = "Total events captured on " + date(std::chrono::system_clock::now()) + " : " +
                     std::to_string(total_) + "\n";
  for (const auto& [place, capture] : last_) {
    const bool request = capture.kind == ErrorCapture::Kind::Request;
    if (!proxy.empty() && place.first != proxy) continue;
    if (kind == (request ? "response" : "request")) continue;
    text += "\n" + describe(capture);
  }
  return text;
}

}  // namespace wslb::proxy
