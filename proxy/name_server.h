// One name server of a `resolvers` section: asks it for the records of a name, by c-ares, and
// counts what came back for `show resolvers`. Any number of questions at a time. NameWatch owns
// them. All calls and callbacks on one executor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ares.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/ip_address.h"
#include "config/resolvers_section.h"
#include "proxy/lb/address_choice.h"

namespace wslb::proxy {

enum class RecordType : std::uint8_t { A, Aaaa, Srv };

// How a question ended, in the terms of `hold`.
enum class DnsStatus : std::uint8_t { Valid, Nx, Refused, Timeout, Other };

struct DnsAnswer {
  DnsStatus status = DnsStatus::Timeout;
  std::vector<base::IpAddress> addresses;   // of A and AAAA
  std::vector<lb::ServiceRecord> services;  // of SRV
};

struct DnsCounts {
  std::uint64_t sent = 0;
  std::uint64_t valid = 0;
  std::uint64_t nx = 0;
  std::uint64_t timeout = 0;
  std::uint64_t refused = 0;
  std::uint64_t other = 0;
};

class NameServer {
 public:
  NameServer(boost::asio::any_io_executor executor, const config::ResolversSection& section,
             const config::NameServer& configured);
  ~NameServer();
  NameServer(const NameServer&) = delete;

  // `done` is called once, perhaps at once; never after the destructor began.
  using Done = std::function<void(const DnsAnswer&)>;
  void ask(const std::string& name, RecordType type, Done done);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const DnsCounts& counts() const { return counts_; }

 private:
  struct Watched;  // a socket of c-ares

  void count(DnsStatus status);
  void watch(ares_socket_t socket, bool readable, bool writable);
  void wait(const std::shared_ptr<Watched>& watched);
  void wait_for_time();

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;
  std::string name_;
  DnsCounts counts_;
  ares_channel channel_ = nullptr;
  std::vector<std::shared_ptr<Watched>> sockets_;
  // Handlers that were queued when this object went look at it.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wslb::proxy
