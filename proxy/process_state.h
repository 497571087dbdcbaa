// What outlives every configuration of the running proxy: its limits, its counts and its ways out.
// One for the process; the Service of each configuration refers to it. Built before the threads
// start; afterwards only what is atomic or locks itself changes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/time.h"
#include "proxy/assignments.h"
#include "proxy/connection_gate.h"
#include "proxy/error_captures.h"
#include "proxy/live_traffic.h"
#include "proxy/syslog_sender.h"

namespace wslb::proxy {

class VaultLink;

struct ProcessState {
  ProcessState(std::uint32_t maxconn, SyslogSender sender);

  SyslogSender syslog;
  ConnectionGate gate;
  std::uint32_t configured_maxconn;  // the gate's may be an operator's; on the first worker
  ErrorCaptures errors;
  Assignments assignments;
  std::function<void()> on_connection_end = [] {};  // set before the threads start
  std::function<boost::asio::awaitable<LiveTraffic>(Detail)> gather;  // likewise
  VaultLink* vault = nullptr;  // likewise; null: nothing outlives this process
  std::size_t threads = 1;
  base::TimePoint begun = std::chrono::steady_clock::now();
  std::string host_name;                   // the system's
  std::atomic<std::uint32_t> requests{0};  // so far, tcp connections included
  std::atomic<std::uint64_t> next_session_id{1};
  std::atomic<std::uint64_t> tunnels{0};      // open now
  std::atomic<std::uint64_t> owed_closes{0};  // of these, those who are owed a Close
  std::atomic<std::uint64_t> under_way{0};    // requests
  std::atomic<bool> draining{false};          // no connection is kept for another request
  std::atomic<bool> returns{false};           // this process goes on as its own successor
  std::atomic<bool> leaving{false};           // no request is begun: a successor will
  std::atomic<bool> full{false};              // a listener waits for a connection to end
};

// A request that a process which leaves its place to another one waits for.
class UnderWay {
 public:
  explicit UnderWay(ProcessState& process) : process_(process) { ++process_.under_way; }
  UnderWay(const UnderWay&) = delete;
  ~UnderWay() { --process_.under_way; }

 private:
  ProcessState& process_;
};

}  // namespace wslb::proxy
