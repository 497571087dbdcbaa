#include "proxy/lb/wait_queues.h"

#include <gtest/gtest.h>

namespace wslb::proxy::lb {
namespace {

TEST(WaitQueues, TakesTheOlderOfTheTwoHeads) {
  WaitQueues queues(2);
  queues.push(1, std::nullopt);
  queues.push(2, 0);
  queues.push(3, std::nullopt);
  queues.push(4, 1);
  EXPECT_EQ(queues.pop_for(0, true)->ticket, 1U);
  EXPECT_EQ(queues.pop_for(0, true)->ticket, 2U);
  EXPECT_EQ(queues.pop_for(0, false), std::nullopt);
  EXPECT_EQ(queues.pop_for(0, true)->ticket, 3U);
  EXPECT_EQ(queues.pop_for(0, true), std::nullopt);
  EXPECT_EQ(queues.pop_for(1, true)->server, 1U);
}

TEST(WaitQueues, RemovesATicketOnce) {
  WaitQueues queues(1);
  queues.push(7, 0);
  queues.push(8, std::nullopt);
  EXPECT_EQ(queues.remove(7)->server, 0U);
  EXPECT_EQ(queues.remove(7), std::nullopt);
  EXPECT_EQ(queues.remove(8)->server, std::nullopt);
  EXPECT_EQ(queues.any_size(), 0U);
  EXPECT_EQ(queues.size(0), 0U);
}

TEST(WaitQueues, ThoseMovedKeepTheirAge) {
  WaitQueues queues(2);
  queues.push(1, 0);
  queues.push(2, std::nullopt);
  queues.push(3, 0);
  queues.move_to_any(0);
  EXPECT_EQ(queues.size(0), 0U);
  EXPECT_EQ(queues.pop_any()->ticket, 1U);
  EXPECT_EQ(queues.remove(3)->server, std::nullopt);
  EXPECT_EQ(queues.pop_for(1, true)->ticket, 2U);
  EXPECT_EQ(queues.pop_any(), std::nullopt);
}

TEST(WaitQueues, TakesAllOfOneServerOldestFirst) {
  WaitQueues queues(2);
  queues.push(5, 0);
  queues.push(4, 0);
  queues.push(3, 1);
  const auto taken = queues.take_all(0);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].ticket, 5U);
  EXPECT_EQ(taken[1].ticket, 4U);
  EXPECT_EQ(queues.size(1), 1U);
  EXPECT_EQ(queues.remove(5), std::nullopt);
}

}  // namespace
}  // namespace wslb::proxy::lb
