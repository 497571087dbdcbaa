// All listeners of the proxy, and the change from one configuration's bind lines to the next one's:
// what listens already goes on with the same socket. On the first worker's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
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
// The same for a process that comes after another one: what that one's sockets listen on goes on
// with them. Those that no bind line wants are closed.
[[nodiscard]] OpenedBinds open_binds(const config::Config& config, std::uint32_t maxconn,
                                     std::map<std::string, int> kept);

// What a bind line's socket is called in the vault: equal names mean the same address. Empty: such
// sockets are not kept.
[[nodiscard]] std::string listener_name(const config::Bind& bind);

class ListenerSet {
 public:
  ListenerSet(Listener::Workers& workers, Listener::StartSession start)
      : workers_(workers), start_(start) {}

  // `binds`: of the service's configuration, from open_binds(). Other sockets are closed.
  void serve(const std::shared_ptr<Service>& service, const std::vector<OpenBind>& binds);

  [[nodiscard]] std::vector<OpenBind> open() const;
  // By name, of those that are kept.
  [[nodiscard]] std::vector<std::pair<std::string, int>> kept() const;
  // As the frontend's state says.
  void obey(const Frontend& frontend);
  // A connection has ended: those who had to stop accepting go on.
  void resume();
  void close();
  void rest();

 private:
  Listener::Workers& workers_;
  Listener::StartSession start_;
  std::vector<std::shared_ptr<Listener>> listeners_;
};

}  // namespace wslb::proxy
