#include "proxy/http/check_place.h"

#include "base/overloaded.h"

namespace wslb::proxy::http {
namespace {

std::string words_for(const config::CheckExpect& expect) {
  using Sought = config::CheckExpect::What;
  switch (expect.what) {
    case Sought::Text:
      return " (expect string '" + expect.text + "')";
    case Sought::Binary:
      return " (expect binary '" + expect.text.substr(0, expect.text.find('\0')) + "')";
    case Sought::Regex:
      return " (expect regex)";
    case Sought::HexRegex:
      return " (expect binary regex)";
    case Sought::Status:
    case Sought::StatusRegex:
    case Sought::Header:
      break;
  }
  return {};
}

}  // namespace

std::string check_place(config::HealthCheck::Protocol protocol, const config::CheckStep& step) {
  if (protocol != config::HealthCheck::Protocol::Tcp) return {};
  if (step.number == 0) return " at initial connection step of tcp-check";
  std::string text = " at step " + std::to_string(step.number) + " of tcp-check";
  text += std::visit(base::Overloaded{
                         [](const config::CheckConnect& connect) -> std::string {
                           if (connect.port == 0) return " (connect)";
                           return " (connect port " + std::to_string(connect.port) + ")";
                         },
                         [](const config::CheckSend&) -> std::string { return " (send)"; },
                         [](const config::CheckExpect& expect) { return words_for(expect); },
                     },
                     step.action);
  if (!step.comment.empty()) text += " comment: '" + step.comment + "'";
  return text;
}

}  // namespace wslb::proxy::http
