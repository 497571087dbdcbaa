#include "config/stick_data.h"

#include <algorithm>
#include <array>

namespace wslb::config {
namespace {

constexpr std::array<std::string_view, kStickDataTypes> kNames{
    "server_id",     "gpt0",           "gpc0",          "gpc0_rate",    "conn_cnt",
    "conn_rate",     "conn_cur",       "sess_cnt",      "sess_rate",    "http_req_cnt",
    "http_req_rate", "http_err_cnt",   "http_err_rate", "bytes_in_cnt", "bytes_in_rate",
    "bytes_out_cnt", "bytes_out_rate", "gpc1",          "gpc1_rate",    "server_key",
    "http_fail_cnt", "http_fail_rate", "gpt",           "gpc",          "gpc_rate"};

}  // namespace

std::string_view name_of(StickData data) {
  return kNames.at(static_cast<std::size_t>(data));
}

std::optional<StickData> find_stick_data(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<StickData>(found - kNames.begin());
}

}  // namespace wslb::config
