// Evaluates the configuration's conditions on a request (config/acl.h says what they mean).
#pragma once

#include "config/acl.h"
#include "proxy/http/request.h"

namespace wslb::proxy::http {

bool matches(const config::AclTest& test, const RequestHead& head);
bool holds(const config::Condition& condition, const RequestHead& head);

}  // namespace wslb::proxy::http
