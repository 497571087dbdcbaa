// The variables of one scope or of several that end together: what `set-var` kept. A client's
// connection has one such object for `sess.`, each exchange one for the others. Bounded, because
// what they hold comes from clients.
#pragma once

#include <cstddef>
#include <vector>

#include "config/sample.h"
#include "proxy/http/value.h"

namespace wslb::proxy::http {

class Variables {
 public:
  // Null: not set. Valid until the next change.
  [[nodiscard]] const Value* find(const config::VariableName& name) const;
  // False where there is no room for it.
  bool set(const config::VariableName& name, const Value& value);
  void unset(const config::VariableName& name);
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    config::VariableName name;
    Value value;
  };
  std::vector<Entry> entries_;
};

}  // namespace wslb::proxy::http
