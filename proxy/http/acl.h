// Evaluates the configuration's conditions (config/acl.h says what they mean): the one place that
// does.
#pragma once

#include "config/acl.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

bool matches(const config::AclTest& test, const Transaction& transaction);
bool holds(const config::Condition& condition, const Transaction& transaction);

}  // namespace wslb::proxy::http
