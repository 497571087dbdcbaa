#include "proxy/upload.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wslb::proxy {

namespace asio = boost::asio;

Upload::Upload(BodyPump pump)
    : pump_(std::move(pump)), ended_signal_(pump_.from.executor(), base::TimePoint::max()) {}

void Upload::start(std::function<void(PumpEnd)> on_end) {
  asio::co_spawn(
      pump_.from.executor(),
      [self = shared_from_this(), on_end = std::move(on_end)]() -> asio::awaitable<void> {
        self->end_ = co_await self->pump_.run({});
        self->ended_ = true;
        self->ended_signal_.cancel();
        on_end(self->end_);
      },
      asio::detached);
}

asio::awaitable<void> Upload::join() {
  pump_.stop = true;
  if (!ended_) pump_.to.close();  // a server that got half a body gets no other request
  while (!ended_) {
    pump_.from.cancel();
    co_await ended_signal_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace wslb::proxy
