#include "proxy/runtime_socket.h"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <sys/socket.h>

#include "proxy/runtime_client.h"

namespace wslb::proxy {

namespace asio = boost::asio;

RuntimeSocket::RuntimeSocket(const config::Global& global, config::StatsSocket::Level level, int fd,
                             RuntimeContext& context, Worker& worker)
    : timeout_(global.stats_timeout),
      clients_max_(global.stats_maxconn),
      level_(level),
      worker_(worker),
      listening_(worker.context, fd),
      context_(context) {
  wait();
}

void RuntimeSocket::wait() {
  listening_.async_wait(asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                          if (!error) accept_one();
                        });
}

asio::awaitable<void> RuntimeSocket::serve(int fd) {
  RuntimeClient client(worker_.context, fd, level_, timeout_, context_);
  co_await client.run();
}

void RuntimeSocket::accept_one() {
  const int fd =
      ::accept4(listening_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    ++clients_;
    asio::co_spawn(listening_.get_executor(), serve(fd),
                   [this](const std::exception_ptr& /*failure*/) {
                     if (clients_-- == clients_max_) wait();
                   });
  }
  if (clients_ < clients_max_) wait();
}

}  // namespace wslb::proxy
