// Keeps the addresses of servers that are named by host in step with DNS, as their `resolvers` say:
// asks for each name at its interval, all name servers at once, the first good answer counts;
// gives the addresses to the servers of that name, and puts a server that has none in maintenance.
// SRV records name the hosts in turn. One for each configuration in use, on the first worker's
// thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "proxy/health_monitor.h"
#include "proxy/lb/known_records.h"
#include "proxy/name_server.h"
#include "proxy/service.h"

namespace wslb::proxy {

class NameWatch : public std::enable_shared_from_this<NameWatch> {
 public:
  NameWatch(std::shared_ptr<Service> service, std::shared_ptr<HealthMonitor> monitor,
            boost::asio::any_io_executor executor);
  NameWatch(const NameWatch&) = delete;

  void start();  // once
  void stop();   // for good; a question under way ends by itself

  // A `resolvers` section and how its name servers do.
  struct Section {
    const config::ResolversSection& configured;
    std::vector<std::unique_ptr<NameServer>> servers;
  };
  [[nodiscard]] const std::vector<std::unique_ptr<Section>>& sections() const { return sections_; }

 private:
  // A server that is named by host, or by the target of an SRV record.
  struct Member {
    ServerPool& pool;
    std::size_t server;
    std::optional<lb::ServiceRecord> service = std::nullopt;

    [[nodiscard]] const config::Server& configured() const {
      return pool.section().servers[server];
    }
  };

  // One name as one section asks for it, on behalf of some servers.
  struct Name {
    Section& section;
    std::string host;
    std::vector<RecordType> types;  // in the order in which they are tried
    std::vector<Member*> members;
    boost::asio::steady_timer timer;
    std::optional<base::TimePoint> last_valid = std::nullopt;
    lb::KnownRecords<base::IpAddress> addresses{};
    lb::KnownRecords<lb::ServiceRecord> services{};
  };

  struct Found {
    DnsAnswer answer;
    std::string by;  // the name server
  };

  Section* find_section(const std::string& name);
  void join(Member& member, const std::string& host, std::vector<RecordType> types);
  void leave(Member& member);
  boost::asio::awaitable<void> follow(std::shared_ptr<Name> name);
  boost::asio::awaitable<Found> resolve(Name& name);
  boost::asio::awaitable<Found> ask_all(Name& name, RecordType type);
  void take(Name& name, const Found& found);
  void give_addresses(Name& name, const std::string& by);
  void give_services(Name& name);
  void lose_all(Name& name, const std::string& reason);

  std::shared_ptr<Service> service_;
  std::shared_ptr<HealthMonitor> monitor_;
  boost::asio::any_io_executor executor_;
  std::vector<std::unique_ptr<Section>> sections_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<std::shared_ptr<Name>> names_;
  bool stopped_ = false;
};

}  // namespace wslb::proxy
