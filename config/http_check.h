// `option httpchk`, `http-check send` and `http-check expect`.
#pragma once

#include "config/proxy_section.h"
#include "config/statement.h"

namespace wslb::config {

// All report their errors and then leave the check as it was.
void parse_send(const Statement& statement, HttpCheck& check);
void parse_httpchk(const Statement& statement, HttpCheck& check);
void parse_expect(const Statement& statement, HttpCheck& check);

}  // namespace wslb::config
