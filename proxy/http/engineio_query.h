// What the query of a request says of an Engine.IO session, on which socket.io stands: every
// request of a session but the first carries `sid`, which the server has given to it. Used by the
// rule `stick on engineio-sid`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wslb::proxy::http {

inline constexpr std::size_t kEngineIoSidBytesMax = 128;

// The session that the request belongs to; nothing: none, or none that a server would name.
[[nodiscard]] std::optional<std::string> engineio_sid(std::string_view target);

// Whether the request asks for a new session: its response has the `sid`, see EngineIoHandshake.
[[nodiscard]] bool opens_engineio(std::string_view target);

}  // namespace wslb::proxy::http
