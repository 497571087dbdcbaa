// Why a message is not forwarded. The parsers, framing and upgrade checks return it, the session
// answers with error_page(status) and closes; `reason` is for the log and never goes to a client.
#pragma once

#include <string_view>

namespace wslb::proxy::http {

enum class ParseStatus { NeedMore, Complete, Bad };

struct Rejection {
  int status = 0;           // the HTTP status to answer with; 0: nothing wrong
  std::string_view reason;  // static text

  [[nodiscard]] explicit operator bool() const { return status != 0; }
};

}  // namespace wslb::proxy::http
