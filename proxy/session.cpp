#include "proxy/session.h"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

namespace wslb::proxy {

// The session may outlive the configuration that it began with.
void spawn_session(Worker& worker, const Frontend& frontend, boost::asio::awaitable<void> session) {
  boost::asio::co_spawn(worker.context, std::move(session),
                        [&worker, name = frontend.section.name](const std::exception_ptr& failure) {
                          --worker.connections;
                          if (!failure) return;
                          try {
                            std::rethrow_exception(failure);
                          } catch (const std::exception& error) {
                            spdlog::error("frontend {}: a session ended by an internal error: {}",
                                          name, error.what());
                          }
                        });
}

}  // namespace wslb::proxy
