// All listeners of the proxy, and the change from one configuration's bind lines to the next one's:
// what listens already goes on with the same socket. On the first worker's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "proxy/listener.h"
#include "proxy/service.h"

namespace wslb::proxy {

// A socket for every bind line, those that `open` has already among them; or all reasons why not,
// and then none was opened. `maxconn`: of the process. `before`: the service in use; a frontend
// that an operator shut down gets none. Null: there is no such.
struct OpenedBinds {
  std::vector<OpenBind> binds;
  std::vector<std::string> complaints;
};
[[nodiscard]] OpenedBinds open_binds(const config::Config& config, std::uint32_t maxconn,
                                     const std::vector<OpenBind>& open = {},
                                     const Service* before = nullptr);

class ListenerSet {
 public:
  ListenerSet(Listener::Workers& workers, Listener::StartSession start)
      : workers_(workers), start_(start) {}

  // `binds`: of the service's configuration, from open_binds(). Other sockets are closed.
  void serve(const std::shared_ptr<Service>& service, const std::vector<OpenBind>& binds);

  [[nodiscard]] std::vector<OpenBind> open() const;
  // As the frontend's state says.
  void obey(const Frontend& frontend);
  // A connection has ended: those who had to stop accepting go on.
  void resume();
  void close();

 private:
  Listener::Workers& workers_;
  Listener::StartSession start_;
  std::vector<std::shared_ptr<Listener>> listeners_;
};

}  // namespace wslb::proxy
