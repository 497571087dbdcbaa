#include "config/statement.h"

namespace wslb::config {

void Statement::error(const std::string& message) const {
  diagnostics_.error(where_, "'" + keyword_ + "' " + message);
}

void Statement::expects(std::string_view what) const {
  error("expects " + std::string(what) + ", not '" + (*this)[0] + "'");
}

void Statement::warning(const std::string& message) const {
  diagnostics_.warning(where_, "'" + keyword_ + "' " + message);
}

void Statement::refuse(std::string_view word) const {
  diagnostics_.error(where_, "'" + keyword_ + "': '" + std::string(word) +
                                 "' is not supported by this version of wslb");
}

}  // namespace wslb::config
