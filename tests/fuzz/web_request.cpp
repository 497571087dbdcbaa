// Whatever a stranger sends to `status-bind`: a verdict, and an answer that is whole HTTP. What is
// good is so however it was cut into pieces.
#include "agent/web_request.h"

#include <cstdint>
#include <cstdlib>

#include "agent/web_site.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using wslb::agent::WebRequest;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const WebRequest request = wslb::agent::read_web_request(bytes);
  const bool good = request.verdict == WebRequest::Verdict::Good;
  if (good &&
      (!request.path.starts_with('/') || request.path.size() > wslb::agent::kWebPathBytesMax)) {
    std::abort();
  }
  if (size >= wslb::agent::kWebHeadBytesMax && request.verdict == WebRequest::Verdict::Incomplete) {
    std::abort();
  }
  // A verdict does not change by what comes later, but for a head that becomes too long.
  for (std::size_t cut = size > 64 ? size - 64 : 0; cut < size; ++cut) {
    const auto before = wslb::agent::read_web_request(bytes.substr(0, cut)).verdict;
    if (before != WebRequest::Verdict::Incomplete && before != request.verdict) std::abort();
  }
  const std::string answer = wslb::agent::web_answer(request, nullptr);
  if (!answer.starts_with("HTTP/1.1 ") || answer.find("\r\n\r\n") == std::string::npos)
    std::abort();
  return 0;
}
