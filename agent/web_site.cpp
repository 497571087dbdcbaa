#include "agent/web_site.h"

#include <array>

#include <openssl/evp.h>

#include "view/json.h"
#include "view/metrics.h"

namespace wslb::agent {
namespace {

using Verdict = WebRequest::Verdict;

constexpr std::string_view kText = "text/plain; charset=utf-8";

struct Place {
  std::string_view path;
  std::string_view type;
  std::string (*render)(const view::PageModel& state);
};

std::string events_json(const view::PageModel& state) {
  std::string text = "[";
  for (const proto::Event& event : state.events) {
    std::string one = view::event_json(event);
    one.pop_back();
    text += (text.size() == 1 ? "" : ",") + one;
  }
  return text + "]\n";
}

constexpr auto kPlaces = std::to_array<Place>({
    {"/", "text/html; charset=utf-8", view::page_html},
    {"/live", "text/html; charset=utf-8", view::page_content},
    {"/status.json", "application/json",
     [](const view::PageModel& state) { return view::status_json(state.status); }},
    {"/events.json", "application/json", events_json},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8",
     [](const view::PageModel& state) { return view::metrics_text(state.status); }},
});

const Place* find_place(std::string_view path) {
  for (const Place& place : kPlaces) {
    if (place.path == path) return &place;
  }
  return nullptr;
}

// For a Content-Security-Policy: 'sha256-...'.
std::string hash_source(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" +
         std::string(base64.begin(), base64.begin() + static_cast<std::ptrdiff_t>(length)) + "'";
}

const std::string& policy() {
  static const std::string kPolicy =
      "default-src 'none'; connect-src 'self'; style-src " + hash_source(view::page_style()) +
      "; script-src " + hash_source(view::page_script()) +
      "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return kPolicy;
}

std::string response(std::string_view status, std::string_view type, std::string_view body,
                     bool head_only) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\nContent-Type: ").append(type);
  text.append("\r\nContent-Length: ").append(std::to_string(body.size()));
  if (status.starts_with("405")) text += "\r\nAllow: GET, HEAD";
  text +=
      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
      "Content-Security-Policy: " +
      policy() + "\r\nConnection: close\r\n\r\n";
  if (!head_only) text += body;
  return text;
}

}  // namespace

bool needs_state(const WebRequest& request) {
  return request.verdict == Verdict::Good && find_place(request.path) != nullptr;
}

std::string web_answer(const WebRequest& request, const view::PageModel* state) {
  switch (request.verdict) {
    case Verdict::Incomplete:
      return response("408 Request Timeout", kText, "no whole request came\n", false);
    case Verdict::Malformed:
      return response("400 Bad Request", kText, "no request that is understood\n", false);
    case Verdict::BadMethod:
      return response("405 Method Not Allowed", kText, "GET and HEAD alone\n", false);
    case Verdict::TooLong:
      return response("431 Request Header Fields Too Large", kText, "too long\n", false);
    case Verdict::Good:
      break;
  }
  const Place* const place = find_place(request.path);
  if (place == nullptr) {
    return response("404 Not Found", kText, "there are: / /status.json /events.json /metrics\n",
                    request.head_only);
  }
  if (state == nullptr) {
    return response("503 Service Unavailable", kText, "the agent does not answer\n",
                    request.head_only);
  }
  return response("200 OK", place->type, place->render(*state), request.head_only);
}

}  // namespace wslb::agent
