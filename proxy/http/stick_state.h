// The stick tables as rules and samples see them. The shell implements it: what is tracked belongs
// to a session and a request, the tables to the process.
#pragma once

#include <optional>

#include "config/rule.h"
#include "config/stick_query.h"
#include "proxy/http/value.h"

namespace wslb::proxy::http {

class StickState {
 public:
  virtual ~StickState() = default;

  // `key`: the client's address or a converter's input; null where the query needs none.
  virtual std::optional<Value> value(const config::StickQuery& query, const Value* key) = 0;

  // Carries out Track, IncrementCounter and SetTag; `sample`: the rule's, nothing where it has no
  // value.
  virtual void act(const config::HttpRule& rule, const std::optional<Value>& sample) = 0;
};

}  // namespace wslb::proxy::http
