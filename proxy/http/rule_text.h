// The texts that rules write: templates filled in, and where a redirect leads to.
#pragma once

#include <string>

#include "config/rule.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

[[nodiscard]] std::string fill_in(const config::LogFormat& format, const Transaction& transaction);

// The whole value of Location.
[[nodiscard]] std::string redirect_location(const config::HttpRule& rule,
                                            const Transaction& transaction);

// The message of `redirect`, `return` or `deny` with a content, without Connection.
[[nodiscard]] std::string redirect_message(const config::HttpRule& rule,
                                           const Transaction& transaction);
[[nodiscard]] std::string reply_message(int status, const config::OwnReply& reply,
                                        const Transaction& transaction);

}  // namespace wslb::proxy::http
