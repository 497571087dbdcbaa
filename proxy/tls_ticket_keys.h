// The keys with which session tickets are sealed: made anew every 12 hours, so that one that leaks
// opens few; those of the two periods before still open what they sealed. One set for the process.
#pragma once

#include <openssl/ssl.h>

namespace wslb::proxy {

// Tickets of this context are sealed with the process's keys.
void use_rotating_ticket_keys(SSL_CTX& context);

}  // namespace wslb::proxy
