// How many bytes of a message the log counts (%B, %U): as HAProxy does, whose figures come from its
// own form of a message. Start line and fields count without separators, a message has 21 bytes
// more, and `close` and `keep-alive` in Connection do not count. Bodies count as they are, without
// the frames of chunks.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/http/request.h"
#include "proxy/http/response.h"

namespace wslb::proxy::http {

// The end of a chunked body.
inline constexpr std::uint64_t kCountedTrailer = 1;

// Of the head as it was received.
std::uint64_t counted_size(const RequestHead& head);
std::uint64_t counted_size(const ResponseHead& head);

// Of a whole response that we made ourselves.
std::uint64_t counted_size(std::string_view response);

}  // namespace wslb::proxy::http
