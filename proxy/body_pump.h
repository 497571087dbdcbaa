// Moves the body of one message from one connection to another, framed anew. The head that goes
// before it is sent together with the first bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "base/time.h"
#include "proxy/http/body.h"
#include "proxy/input_buffer.h"
#include "proxy/stream.h"

namespace wslb::proxy {

enum class PumpEnd : std::uint8_t {
  Done,
  Stopped,  // by `stop`
  SourceTimeout,
  SourceClosed,  // before the end of the body, or with an error
  SourceMalformed,
  SinkTimeout,
  SinkClosed,
};

struct BodyPump {
  Stream& from;
  InputBuffer& input;
  Stream& to;
  http::BodyDecoder decoder;
  bool chunked = false;  // how it is sent on
  std::optional<base::Duration> read_timeout;
  std::optional<base::Duration> write_timeout;
  std::uint64_t sent = 0;     // bytes written, the head and the chunks' frames included
  std::uint64_t payload = 0;  // bytes of the body received, without the chunks' frames
  bool stop = false;          // looked at whenever the pump wakes up
  std::function<void()> on_progress = [] {};  // after each write
  // Sees the body before it is sent; null: nobody wants to.
  std::function<void(std::string_view)> on_data = nullptr;

  // `head` may be empty. May be called once.
  boost::asio::awaitable<PumpEnd> run(std::string head);

 private:
  bool collect(std::string& out);
};

}  // namespace wslb::proxy
