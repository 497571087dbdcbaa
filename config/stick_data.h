// What an entry of a stick table may hold besides its key. The numbers are HAProxy's own: its peers
// protocol puts them on the wire, and `show table` lists them in that order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wslb::config {

enum class StickData : std::uint8_t {
  ServerId,
  Gpt0,
  Gpc0,
  Gpc0Rate,
  ConnCnt,
  ConnRate,
  ConnCur,
  SessCnt,
  SessRate,
  HttpReqCnt,
  HttpReqRate,
  HttpErrCnt,
  HttpErrRate,
  BytesInCnt,
  BytesInRate,
  BytesOutCnt,
  BytesOutRate,
  Gpc1,
  Gpc1Rate,
  ServerKey,
  HttpFailCnt,
  HttpFailRate,
  Gpt,
  Gpc,
  GpcRate,
};
inline constexpr std::size_t kStickDataTypes = 25;

// As the configuration and the stats socket call it.
[[nodiscard]] std::string_view name_of(StickData data);
[[nodiscard]] std::optional<StickData> find_stick_data(std::string_view name);

[[nodiscard]] constexpr bool is_rate(StickData data) {
  using enum StickData;
  return data == Gpc0Rate || data == ConnRate || data == SessRate || data == HttpReqRate ||
         data == HttpErrRate || data == BytesInRate || data == BytesOutRate || data == Gpc1Rate ||
         data == HttpFailRate || data == GpcRate;
}

[[nodiscard]] constexpr bool is_array(StickData data) {
  return data == StickData::Gpt || data == StickData::Gpc || data == StickData::GpcRate;
}

}  // namespace wslb::config
