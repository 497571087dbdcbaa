// Replays what a running HAProxy 2.6.12 (nbthread 1, mode tcp) did with random connections.
// "+A": a new connection went to server A; "+?": it had to wait; "-A": one of A's was closed;
// "-A>B": thereupon the longest waiting one went to B.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "proxy/lb/backend.h"

namespace wslb::proxy::lb {
namespace {

struct Recording {
  config::Balance::Algorithm balance;
  std::vector<int> weights;
  std::uint32_t maxconn;
  const char* trace;
};

class Recorded : public testing::TestWithParam<Recording> {};

config::ProxySection section_of(const Recording& recording) {
  config::ProxySection section;
  section.balance.algorithm = recording.balance;
  for (const int weight : recording.weights) {
    config::Server server;
    server.weight = weight;
    server.maxconn = recording.maxconn;
    section.servers.push_back(server);
  }
  return section;
}

std::string letter(std::size_t server) {
  return {static_cast<char>('A' + server)};
}

TEST_P(Recorded, BackendDoesTheSame) {
  const config::ProxySection section = section_of(GetParam());
  Backend backend(section);
  std::istringstream trace(GetParam().trace);
  std::string expected;
  Ticket ticket = 0;
  for (int step = 0; trace >> expected; ++step) {
    std::string seen = expected.substr(0, 1);
    if (seen == "+") {
      const Assignment assignment = backend.assign({.ticket = ++ticket});
      const auto* assigned = std::get_if<Assigned>(&assignment);
      seen += assigned != nullptr ? letter(assigned->server) : "?";
    } else {
      const auto server = static_cast<std::size_t>(expected.at(1) - 'A');
      seen += letter(server);
      for (const Grant& grant : backend.release(server)) seen += ">" + letter(grant.server);
    }
    ASSERT_EQ(seen, expected) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Haproxy, Recorded,
    testing::Values(
        Recording{
            config::Balance::Algorithm::LeastConn,
            {1, 1, 1},
            0,
            "+A -A +B -B +C +A +B -C -A +C -B +A -C +B -B -A +C +B -B +A +B +C +A +B +C +A -C +B "
            "+C -C -B -B +B -B +B +C +B -B +B -A -B +A +B -A +A -A -C -B +A +C -C +B +C -C -A +C "
            "-C +A -A +C +A -A +A -A -C +A +C -A +A -A +A -B -A +B +A -A +A -A +A -A -B +A -C -C "
            "+C +B +C -C +C -A"},
        Recording{
            config::Balance::Algorithm::LeastConn,
            {3, 2, 1},
            0,
            "+A -A +B -B +C +A +B -C -A +C -B +A -C +B -B -A +C +B -B +A +B +A +B +A +A +B -A +A "
            "+A -C -B -A +C -A +A +B +A -A +A -B -A +B +A -A +A -B -A -A +A +B -A +A +A -B -B +B "
            "-A +B -A +A +A -A +A -A -B +B +A -B +B -B +B -C -A +C +A -B +B -A +A -A -C +C -A -A "
            "+A +A +A -B +B -B"},
        Recording{
            config::Balance::Algorithm::LeastConn,
            {10, 200, 30},
            0,
            "+A -A +B -B +C +A +B -C -A +C -B +A -C +B -B -A +C +B -B +A +B +B +B +B +B +B -B +B "
            "+B -C -B -B +C -B +B +B +B -B +B -B -B +B +B -A +A -B -B -B +B +B -B +B +B -B -B +B "
            "-B +B -A +A +B -B +B -B -B +B +B -B +B -B +B -C -B +C +B -B +B -B +B -B -C +C -B -A "
            "+A +B +B -B +B -B"},
        Recording{
            config::Balance::Algorithm::LeastConn,
            {1, 1},
            2,
            "+A -A +B -B +A +B +A -A -B +B -A +A -B +B -B -A +B +A -A +A +B +A +? +? +? +? -A>A "
            "+? +? -B>B -B>B -B>B -B>B +? +? +? +? -A>A -A>A +? +? -A>A +? -A>A -B>B -A>A -B>B "
            "+? +? -B>B +? +? -B>B +? -B>B +? +? -A>A -B>B +? +? -B>B +? -A>A -A>A +? +? -A>A +? "
            "-A>A +? -B>B +? -B>B +? -A>A -B>B +? +? -A>A +? -A>A +? -B>B +? -A>A +? -B>B -B>B "
            "-A>A"},
        Recording{
            config::Balance::Algorithm::LeastConn,
            {3, 1, 1},
            2,
            "+A -A +B -B +C +A +B -C -A +C -B +A -C +B -B -A +C +B -B +A +B +A +C +B +? +? -B>B "
            "-A>A +? +? -B>B +? -B>B +? +? -C>C +? -C>C +? -B>B +? -A>A +? -A>A -C>C +? +? -A>A "
            "-A>A +? +? -C>C -C>C -C>C +? +? -C>C +? +? -C>C +? -A>A +? -B>B +? -C>C +? -B>B +? "
            "-A>A +? -A>A +? -B>B +? -A>A +? -B>B -A>A -B>B -B +B +? +? -B>B +? -B>B -C>C +? "
            "-B>B"},
        Recording{
            config::Balance::Algorithm::RoundRobin,
            {1, 1, 1},
            1,
            "+A -A +B -B +C +A +B -C -A +C -B +A -C +B -B -A +C +A -A +B +A +? +? +? +? +? -A>A "
            "-B>B +? +? -B>B +? -B>B +? +? -C>C +? -C>C +? -C>C +? -B>B +? -B>B -C>C +? +? -C>C "
            "-A>A +? +? -C>C -B>B -B>B +? +? -B>B +? +? -B>B +? -C>C +? -A>A +? -C>C +? -C>C +? "
            "-A>A +? -B>B +? -C>C +? -C>C +? -C>C -C>C -C>C -B>B +? +? +? -B>B +? -B>B -A>A +? "
            "-A>A"},
        Recording{
            config::Balance::Algorithm::RoundRobin,
            {3, 2, 1},
            2,
            "+A -A +B -B +A +C +A -A -C +B -A +A -B +B -B -A +A +C -C +A +B +B +C +C +? +? -C>C "
            "-B>B +? +? -C>C +? -C>C +? +? -A>A +? -A>A +? -C>C +? -B>B +? -B>B -C>C +? +? -B>B "
            "-A>A +? +? -C>C -A>A -A>A +? +? -A>A +? +? -C>C +? -B>B +? -B>B +? -A>A +? -B>B +? "
            "-B>B +? -A>A +? -C>C +? -A>A +? -C>C -A>A -C>C -B +B +? +? -B>B +? -C>C -C>C +? "
            "-C>C"},
        Recording{
            config::Balance::Algorithm::RoundRobin,
            {2, 1},
            3,
            "+A -A +A -A +B +A +A -B -A +B -A +A -B +A -A -A +B +A -A +A +B +A +A +B +? +? -B>B "
            "-A>A +? +? -B>B +? -B>B +? +? -B>B +? -B>B +? -B>B +? -A>A +? -A>A -A>A +? +? -A>A "
            "-A>A +? +? -A>A -B>B -B>B +? +? -B>B +? +? -A>A +? -A>A +? -B>B +? -B>B +? -B>B +? "
            "-A>A +? -A>A +? -B>B +? -A>A +? -B>B -A>A -B>B -B +B +? +? -B>B +? -B>B -A>A +? "
            "-B>B"},
        Recording{
            config::Balance::Algorithm::RoundRobin,
            {5, 3, 2, 4},
            2,
            "+A -A +D -D +A +B +D -A -B +A -D +C -A +B -B -C +D +A -A +A +D +B +C +A +B +C -B +B "
            "+? -D>D -D -B +D -A +A +B +? -A>A +? -C>C -C +C +? -A>A +? -C>C -D -A +A +D -B +B "
            "+? -D>D -C +C -D +D -C +C +? -A>A -D +D +? -D>D +? -D>D -B +B +? -D>D +? -D>D +? "
            "-C>C +? -D>D +? -B>B -B +B +? -D>D +? -A>A +? -D>D +? -C>C"}));

}  // namespace
}  // namespace wslb::proxy::lb
