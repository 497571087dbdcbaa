// Which answer a client gets for an error: the section's own by `errorfile` or `errorloc`, else a
// page of ours (error_page.h).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/proxy_section.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

// The text of an `errorfile` as a response that may be sent: a legal head with CRLF line ends, that
// closes the connection, and a body of the announced length. An empty file stays empty: the
// connection is closed without a word.
base::Result<std::string> checked_error_file(std::string_view text);

// `backend` may be null; its replies come before the frontend's. A HEAD gets no body. Without a
// transaction replies that are made for each request are not.
std::string error_reply(int status, std::string_view request_method,
                        const config::ProxySection* backend, const config::ProxySection& frontend,
                        const Transaction* transaction = nullptr);

// The page of 401 with the realm for which a name and a password are wanted, and without
// Connection.
std::string challenge(const std::string& page, std::string_view realm);

}  // namespace wslb::proxy::http
