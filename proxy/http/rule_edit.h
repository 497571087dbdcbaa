// The edits of a head that rules make. Each leaves the head as it is where the outcome would not be
// legal.
#pragma once

#include "config/rule.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

// set-header, add-header, del-header, replace-header, replace-value.
void edit_fields(const config::HttpRule& rule, Fields& fields, const Transaction& transaction);

// set-method, set-path and the others of the request line.
void edit_request_line(const config::HttpRule& rule, RequestHead& head,
                       const Transaction& transaction);

}  // namespace wslb::proxy::http
