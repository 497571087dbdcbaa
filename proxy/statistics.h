// What frontends, backends and servers count, as `show stat` tells it: relaxed atomics, added to
// once a request or tunnel, never on the path of a message. What is open right now is not counted
// here but asked of its owner (gates, lb::Backend, live_traffic.h).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace wslb::proxy {

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  void reset() { value_.store(0, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  // Keeps the largest.
  void raise_to(std::uint64_t value) {
    std::uint64_t most = value_.load(std::memory_order_relaxed);
    while (most < value && !value_.compare_exchange_weak(most, value, std::memory_order_relaxed)) {
    }
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Of one frontend, backend or server.
struct Statistics {
  static constexpr std::size_t kOther = 0;  // of `answers`; 1 .. 5 are 1xx .. 5xx

  Counter sessions;
  Counter sessions_most;  // at a time
  Counter requests;
  Counter bytes_in;   // from clients
  Counter bytes_out;  // to clients
  std::array<Counter, 6> answers;
  Counter refused_requests;  // malformed, too slow
  Counter connect_errors;
  Counter response_errors;
  Counter retries;
  Counter redispatches;
  Counter balanced;  // times it was chosen, but not by a cookie
  Counter connects;  // new connections to the server
  Counter reuses;    // requests on a connection that was there
  Counter client_aborts;
  Counter server_aborts;

  void reset() {
    for (Counter* counter :
         {&sessions, &sessions_most, &requests, &bytes_in, &bytes_out, &refused_requests,
          &connect_errors, &response_errors, &retries, &redispatches, &balanced, &connects, &reuses,
          &client_aborts, &server_aborts}) {
      counter->reset();
    }
    for (Counter& counter : answers) counter.reset();
  }

  void count_answer(int status) {
    const bool known = status >= 100 && status < 600;
    answers[known ? static_cast<std::size_t>(status / 100) : kOther].add();
  }
};

struct Frontend;
struct RequestRecord;

// Once, when a request or tunnel has ended.
void count_request(Frontend& frontend, const RequestRecord& record);

}  // namespace wslb::proxy
