// Servers that were given to clients who connect to them by themselves (`http-request return
// assign`): each counts as one connection of its server until its client shows up or its time has
// passed.
//
// A client shows up when a request for the backend brings the token; it is led to that server then.
// Any thread may call.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.h"
#include "proxy/server_pool.h"

namespace wslb::proxy {

class Assignments {
 public:
  // The token. Nothing: too many are open. `owner` keeps the pool alive, whatever is reloaded. This
  // object must outlive the executor's work.
  std::optional<std::string> add(Slot slot, const ServerPool& pool,
                                 std::shared_ptr<const void> owner,
                                 const boost::asio::any_io_executor& executor, base::Duration time);

  // None is open. Takes no lock.
  [[nodiscard]] bool empty() const { return count_.load(std::memory_order_relaxed) == 0; }

  // The server that was given with the token, as a pool of the same backend numbers it; its slot is
  // free again then. Nothing: there is no such token, or the server has gone.
  std::optional<std::size_t> settle(std::string_view token, const ServerPool& pool);

 private:
  struct Entry {
    std::shared_ptr<const void> owner;
    const ServerPool* pool;
    Slot slot;
  };

  void forget(const std::string& token);

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::atomic<std::size_t> count_{0};  // of entries_
};

}  // namespace wslb::proxy
