#include "proxy/upload.h"

#include <exception>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wslb::proxy {

namespace asio = boost::asio;

Upload::Upload(BodyPump pump)
    : pump_(std::move(pump)), ended_signal_(pump_.from.executor(), base::TimePoint::max()) {}

void Upload::start(std::function<void()> on_end) {
  on_end_ = std::move(on_end);
  const auto run = [](std::shared_ptr<Upload> self) -> asio::awaitable<void> {
    self->finish(co_await self->pump_.run({}));
  };
  asio::co_spawn(pump_.from.executor(), run(shared_from_this()),
                 [self = shared_from_this()](const std::exception_ptr& failure) {
                   if (failure) self->finish(PumpEnd::SourceClosed);
                 });
}

void Upload::finish(PumpEnd end) {
  end_ = end;
  ended_ = true;
  ended_signal_.cancel();
  on_end_();
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
