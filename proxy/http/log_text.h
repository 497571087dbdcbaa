// Writes a log-format (config/log_format.h) with the facts of one request: a log line, a unique id
// or the value of a header.
#pragma once

#include <string>

#include "config/log_format.h"
#include "proxy/http/log_facts.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

// Bytes of a line that a client or server chose are escaped: nobody ends it or forges another.
// `transaction` is for samples, which have no value without it.
std::string log_text(const config::LogFormat& format, const LogFacts& facts,
                     const Transaction* transaction = nullptr);

}  // namespace wslb::proxy::http
