// Random lives of random backends: whatever happens, no server is overfilled, no ticket is lost or
// answered twice, nobody waits beside a free slot, and in the end all slots are back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "proxy/lb/backend.h"

namespace wslb::proxy::lb {
namespace {

class World {
 public:
  explicit World(std::uint32_t seed)
      : random_(seed), section_(make_section()), backend_(section_) {}

  void step() {
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
      case 3:
        ask();
        break;
      case 4:
      case 5:
      case 6:
        release();
        break;
      case 7:
        cancel();
        break;
      case 8:
        note(backend_.set_health(some_server(), below(3) > 0));
        break;
      default:
        note(backend_.set_admin(some_server(), static_cast<Admin>(below(3))));
        break;
    }
    check();
  }

  void end() {
    while (!waiting_.empty()) {
      EXPECT_TRUE(backend_.cancel(*waiting_.begin()));
      waiting_.erase(waiting_.begin());
    }
    while (!held_.empty()) release();
    for (std::size_t i = 0; i < backend_.size(); ++i) {
      EXPECT_EQ(backend_.server(i).served, 0U);
      EXPECT_EQ(backend_.server(i).queued, 0U);
    }
    EXPECT_EQ(backend_.queued(), 0U);
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::size_t some_server() { return below(section_.servers.size()); }

  config::ProxySection make_section() {
    config::ProxySection section;
    if (below(2) == 0) section.balance.algorithm = config::Balance::Algorithm::LeastConn;
    if (below(2) == 0) section.options.redispatch = -1;
    const std::size_t count = 1 + below(5);
    for (std::size_t i = 0; i < count; ++i) {
      config::Server server;
      server.weight = static_cast<int>(below(4));
      server.maxconn = static_cast<std::uint32_t>(below(4));
      server.cookie = std::string(1, static_cast<char>('a' + below(count)));
      server.backup = below(5) == 0;
      server.disabled = below(8) == 0;
      section.servers.push_back(server);
    }
    return section;
  }

  void ask() {
    Ask ask{.ticket = next_ticket_++};
    const std::string cookie(1, static_cast<char>('a' + below(6)));
    if (below(2) == 0) ask.cookie = cookie;
    if (below(6) == 0) ask.avoid = some_server();
    const std::size_t usable = backend_.usable_servers();
    const Assignment assignment = backend_.assign(ask);
    if (const auto* assigned = std::get_if<Assigned>(&assignment)) {
      const config::Server& server = section_.servers.at(assigned->server);
      EXPECT_EQ(assigned->by_cookie && server.cookie != cookie, false);
      hold(assigned->server, assigned->by_cookie);
    } else if (std::holds_alternative<Queued>(assignment)) {
      waiting_.insert(ask.ticket);
    } else {
      EXPECT_EQ(usable, 0U);
    }
  }

  void release() {
    if (held_.empty()) return;
    const std::size_t index = below(held_.size());
    const std::size_t server = held_[index];
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
    note({backend_.release(server), {}});
  }

  void cancel() {
    const Ticket ticket = below(next_ticket_ + 1);
    EXPECT_EQ(backend_.cancel(ticket), waiting_.erase(ticket) == 1);
  }

  void note(const Redistribution& redistribution) {
    for (const Grant& grant : redistribution.granted) {
      EXPECT_EQ(waiting_.erase(grant.ticket), 1U) << "granted twice or never asked";
      hold(grant.server, grant.by_cookie);
    }
    for (const Ticket ticket : redistribution.refused) {
      EXPECT_EQ(waiting_.erase(ticket), 1U) << "refused twice or never asked";
      EXPECT_EQ(backend_.usable_servers(), 0U);
    }
  }

  void hold(std::size_t server, bool by_cookie) {
    EXPECT_TRUE(by_cookie || backend_.is_usable(server));
    held_.push_back(server);
  }

  void check() const {
    std::size_t queued = backend_.queued();
    for (std::size_t i = 0; i < backend_.size(); ++i) {
      const ServerState& state = backend_.server(i);
      const std::uint32_t maxconn = section_.servers[i].maxconn;
      const bool full = maxconn > 0 && state.served >= maxconn;
      EXPECT_EQ(std::count(held_.begin(), held_.end(), i), state.served);
      EXPECT_TRUE(maxconn == 0 || state.served <= maxconn);
      EXPECT_TRUE(state.queued == 0 || full);
      EXPECT_TRUE(backend_.queued() == 0 || full || !backend_.is_usable(i));
      queued += state.queued;
    }
    EXPECT_EQ(queued, waiting_.size());
  }

  std::mt19937 random_;
  config::ProxySection section_;
  Backend backend_;
  std::vector<std::size_t> held_;  // the server of each slot in use
  std::set<Ticket> waiting_;
  Ticket next_ticket_ = 1;
};

TEST(BackendProperty, SlotsAndTicketsBalance) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    for (int i = 0; i < 300; ++i) world.step();
    world.end();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace wslb::proxy::lb
