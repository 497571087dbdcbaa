#include "proxy/session_list.h"

#include <sys/socket.h>

#include "proxy/tunnel.h"

namespace wslb::proxy {

void OpenSession::cut() const {
  ::shutdown(client_fd, SHUT_RDWR);
  if (tunnel != nullptr) ::shutdown(tunnel->fd(Tunnel::Server), SHUT_RDWR);
}

}  // namespace wslb::proxy
