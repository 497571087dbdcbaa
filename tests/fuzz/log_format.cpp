// Whatever the format and the request: parsing returns, and no byte that a client sent ends a line.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "proxy/http/log_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb;
  const std::string text(data, data + size);
  const auto cut = text.find('\n');
  const std::string request = cut == std::string::npos ? "" : text.substr(cut + 1);
  const proxy::http::Captured captured{request, ""};
  proxy::http::LogFacts facts;
  facts.request_line = request;
  facts.request_captures = &captured;
  facts.request_cookie = request;
  facts.unique_id = request;
  for (const auto use : {config::LogFormatUse::Line, config::LogFormatUse::Value}) {
    const auto format = config::parse_log_format(text.substr(0, cut), use);
    if (!format) continue;
    const std::string line = proxy::http::log_text(*format, facts);
    if (line.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
