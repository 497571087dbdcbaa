#include "proxy/connection_gate.h"

#include <memory>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

namespace wslb::proxy {
namespace {

TEST(ConnectionLease, HoldsAPlaceAtEveryGateOrAtNone) {
  const auto process = std::make_shared<ConnectionGate>(10);
  const auto frontend = std::make_shared<ConnectionGate>(1);
  const auto bind = std::make_shared<ConnectionGate>(ConnectionGate::kUnlimited);
  int freed = 0;
  const std::function<void()> on_free = [&] { ++freed; };
  std::optional<ConnectionLease> first(std::in_place,
                                       ConnectionLease::Gates{process, frontend, bind}, on_free);
  EXPECT_TRUE(first->held());
  {
    const ConnectionLease second(ConnectionLease::Gates{process, frontend, bind}, on_free);
    EXPECT_FALSE(second.held());
  }
  EXPECT_EQ(freed, 0);
  EXPECT_EQ(process->open(), 1U);
  EXPECT_EQ(bind->open(), 1U);
  ConnectionLease moved = std::move(*first);
  first.reset();
  EXPECT_EQ(freed, 0);
  EXPECT_EQ(frontend->open(), 1U);
  { const ConnectionLease ended = std::move(moved); }
  EXPECT_EQ(freed, 1);
  EXPECT_EQ(process->open() + frontend->open() + bind->open(), 0U);
}

}  // namespace
}  // namespace wslb::proxy
