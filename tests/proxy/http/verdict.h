// Reads one message the way a session does, from pieces, and says what came of it. Two splits of
// the same bytes must give equal verdicts.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wslb::proxy::http {

struct Verdict {
  int status = 0;     // 200: read to its end; 0: wants more; else the refusal
  std::string head;   // as it would be sent on; empty when refused before
  std::string body;   // without framing
  std::string after;  // what was left behind the message

  bool operator==(const Verdict&) const = default;
};

using Pieces = std::vector<std::string_view>;

Verdict read_request(const Pieces& pieces);
Verdict read_response(const Pieces& pieces, std::string_view request_method);
Verdict read_chunked(const Pieces& pieces);

// Runs `read` on the text whole, in single bytes and in `rounds` seeded random splits, and fails
// the test where two verdicts differ. Returns the verdict of the whole.
Verdict read_in_all_splits(std::string_view text, const std::function<Verdict(const Pieces&)>& read,
                           int rounds = 8);

}  // namespace wslb::proxy::http
