// Where a request or connection goes by the rules that name a backend or a server: `use_backend`,
// `force-persist`, `ignore-persist`, `use-server`. Used by Exchange and the TCP session.
#pragma once

#include <cstddef>
#include <optional>

#include "proxy/http/transaction.h"
#include "proxy/service.h"

namespace wslb::proxy {

// Null: there is none.
[[nodiscard]] ServerPool* route(const Service& service, const Frontend& frontend,
                                const http::Transaction& transaction);

enum class Persistence : std::uint8_t { Normal, Forced, Ignored };
[[nodiscard]] Persistence persistence(const config::ProxySection& backend,
                                      const http::Transaction& transaction);

// The server that the first fitting `use-server` names; nothing: it is chosen as usual.
[[nodiscard]] std::optional<std::size_t> named_server(const ServerPool& pool,
                                                      const http::Transaction& transaction,
                                                      Persistence persistence);

}  // namespace wslb::proxy
