// What a sample, a converter or an action wants of a stick table: `sc0_conn_rate`,
// `src_get_gpc0(T)`, `table_http_req_cnt(T)`, `sc-inc-gpc0(1)`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/sample_arguments.h"
#include "config/stick_data.h"

namespace wslb::config {

inline constexpr int kTrackedMax = 3;               // sc0 .. sc2
inline constexpr std::int64_t kStickIndexMax = 99;  // of an array

struct StickQuery {
  // Whose entry: the one that a rule tracks, that of the client's address, that of a converter's
  // input; or the table itself.
  enum class Of : std::uint8_t { Tracked, Source, Input, Table };
  enum class What : std::uint8_t {
    Value,
    Kilobytes,
    Increment,
    Clear,
    CountConnection,  // src_updt_conn_cnt
    Presence,
    Trackers,
    Expire,
    Idle,
    Used,       // of the table
    Available,  // likewise
  };
  Of of = Of::Tracked;
  What what = What::Value;
  StickData data = StickData::ConnCnt;
  std::uint32_t index = 0;                // of an array
  int counter = 0;                        // of Tracked: 0 .. 2
  std::string table;                      // of Tracked: empty, the one that is tracked
  std::optional<std::int64_t> otherwise;  // of Expire and Idle: where there is no entry

  [[nodiscard]] bool is_bool() const { return what == What::Presence; }
};

// Nothing: it is no name of these kinds.
[[nodiscard]] std::optional<base::Result<StickQuery>> stick_fetch(std::string_view name,
                                                                  const SampleArguments& arguments);
[[nodiscard]] std::optional<base::Result<StickQuery>> stick_converter(
    std::string_view name, const SampleArguments& arguments);

[[nodiscard]] bool is_stick_fetch(std::string_view name);

// All of them, those of what is tracked as `sc_X`.
[[nodiscard]] std::vector<std::string> stick_sample_names();

}  // namespace wslb::config
