#include "proxy/reload.h"

#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

namespace wslb::proxy {

void Reload::start() {
  again_ = reading_;
  if (std::exchange(reading_, true)) return;
  // The thread before has nothing left to do, so this does not wait.
  reader_ = std::jthread([this] {
    auto read = std::make_shared<ReadConfiguration>();
    try {
      *read = read_configuration(source_);
    } catch (const std::exception& error) {  // no memory, a directory that cannot be read on
      *read = {.config = nullptr, .tls = nullptr, .messages = {error.what()}};
    }
    boost::asio::post(executor_, [this, read] { finish(std::move(*read)); });
  });
}

void Reload::finish(ReadConfiguration read) {
  reading_ = false;
  on_read_(std::move(read));
  if (again_) start();
}

}  // namespace wslb::proxy
