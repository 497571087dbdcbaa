// Carries out the configuration's rules on a message. Pure: edits of the head are made at once,
// what ends the exchange is returned. What a rule would write that is not legal in a head (a line
// end, a NUL, a blank in a path) is not written: no value from a client can become a header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/rule.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

struct Outcome {
  enum class Kind : std::uint8_t {
    Continue,
    Allow,      // no more rules of this set
    Wait,       // for the body; then the rules go on at `next`
    Failed,     // the error page of `status`; the record says why
    Deny,       // the error page of `status`, or `answer`
    Tarpit,     // the same after a while
    Reply,      // `answer`
    Challenge,  // the error page of 401, which asks for a password
    Assign,     // a server of the backend `subject`
    Metrics,    // the proxy's figures for Prometheus
    Close,      // without a word
    Drop,       // the same, with a reset
  };
  Kind kind = Kind::Continue;
  int status = 0;
  std::string answer{};   // a whole message but for its Connection; empty: an error page
  std::string subject{};  // of Challenge: the realm, empty: the section's name; of Assign: whose
  base::Duration time{};  // how long to wait, or to hold what was assigned
  std::size_t bytes = 0;  // of the body that suffice; 0: all
  std::size_t next = 0;

  [[nodiscard]] bool ends_exchange() const { return kind > Kind::Wait; }
};

// On the request's head; `transaction` shows the same one. `redirect` lines are rules as well.
// `first`: where they begin.
Outcome run_request_rules(const std::vector<config::HttpRule>& rules, RequestHead& head,
                          const Transaction& transaction, std::size_t first = 0);
// On the response's.
Outcome run_response_rules(const std::vector<config::HttpRule>& rules, ResponseHead& head,
                           const Transaction& transaction);

// A variable, an address or a stick table, by an action that does no more.
void change(const config::HttpRule& rule, const Transaction& transaction);

// `answer` with `Connection: close` where the connection ends behind it.
std::string finish_answer(const std::string& answer, bool close);

}  // namespace wslb::proxy::http
