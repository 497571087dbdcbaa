// Somebody who wants to see what a server says first in a tunnel. It sees copies and changes
// nothing.
#pragma once

#include <string_view>

namespace wslb::proxy {

class TunnelWatch {
 public:
  virtual ~TunnelWatch() = default;
  // What the server sends, in its order, before the client gets it. False: it has seen enough.
  virtual bool see(std::string_view from_server) = 0;
};

}  // namespace wslb::proxy
