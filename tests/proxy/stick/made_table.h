// Tables and keys for tests.
#pragma once

#include <chrono>
#include <string_view>

#include "proxy/stick/table.h"

namespace wslb::proxy::stick {

inline const base::TimePoint kStart = base::TimePoint{} + std::chrono::hours(1);

inline base::Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

inline config::StickTable texts(std::uint32_t size) {
  config::StickTable table;
  table.name = "t";
  table.type = config::StickTable::Type::String;
  table.key_length = 32;
  table.size = size;
  table.expire = std::chrono::seconds(8);
  table.store = {{.type = config::StickData::ServerId},
                 {.type = config::StickData::Gpc0},
                 {.type = config::StickData::ConnCur},
                 {.type = config::StickData::HttpReqRate, .period = std::chrono::seconds(10)},
                 {.type = config::StickData::BytesInCnt},
                 {.type = config::StickData::ServerKey}};
  return table;
}

}  // namespace wslb::proxy::stick
