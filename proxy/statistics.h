// What frontends, backends and servers count, as `show stat` tells it: relaxed atomics, added to
// once a request or tunnel, never on the path of a message. What is open right now is not counted
// here but asked of its owner (gates, lb::Backend, live_traffic.h).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "proxy/rate.h"

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
  Rate session_rate;
  std::atomic<base::TimePoint> last_session{base::TimePoint{}};  // its begin; the epoch: none yet
  Counter requests;
  Rate request_rate;
  Counter bytes_in;   // from clients
  Counter bytes_out;  // to clients
  std::array<Counter, 6> answers;
  Counter intercepted;       // requests that were answered by the proxy's own services
  Counter denied_requests;   // by rules
  Counter refused_requests;  // malformed, too slow
  Counter connect_errors;
  Counter response_errors;
  Counter retries;
  Counter redispatches;
  Counter balanced;  // times it was chosen, but not by a cookie
  Counter connects;  // new connections to the server, with those that failed
  Counter reuses;    // requests on a connection that was there
  Counter client_aborts;
  Counter server_aborts;

  void begin_session(base::TimePoint now) {
    sessions.add();
    session_rate.add(now);
    last_session.store(now, std::memory_order_relaxed);
  }

  void count_request(base::TimePoint now) {
    requests.add();
    request_rate.add(now);
  }

  void count_answer(int status) {
    const bool known = status >= 100 && status < 600;
    answers[known ? static_cast<std::size_t>(status / 100) : kOther].add();
  }

  void forget_peaks() {
    sessions_most.reset();
    session_rate.forget_most();
    request_rate.forget_most();
  }

  void reset() {
    forget_peaks();
    for (Counter* counter :
         {&sessions, &requests, &bytes_in, &bytes_out, &intercepted, &denied_requests,
          &refused_requests, &connect_errors, &response_errors, &retries, &redispatches, &balanced,
          &connects, &reuses, &client_aborts, &server_aborts}) {
      counter->reset();
    }
    for (Counter& counter : answers) counter.reset();
  }
};

struct Frontend;
struct RequestRecord;
class ServerPool;

// What happens to a request or a connection in TCP mode, when it happens.
void count_assigned(const ServerPool& pool);                      // a backend is to serve it
void count_balanced(const ServerPool& pool, std::size_t server);  // it chose by its algorithm
enum class Attempt : std::uint8_t { Connect, Reuse };
void count_attempt(const ServerPool& pool, std::size_t server, Attempt attempt);
void count_reached(const ServerPool& pool, std::size_t server);
void count_answer(Frontend& frontend, const RequestRecord& record);  // its status is known
void count_end(Frontend& frontend, const RequestRecord& record);

}  // namespace wslb::proxy
