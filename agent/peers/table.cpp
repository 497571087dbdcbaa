#include "agent/peers/table.h"

namespace wslb::agent::peers {
namespace {

constexpr std::uint32_t bit(unsigned type) {
  return 1U << type;
}

constexpr std::uint32_t kRates = bit(3) | bit(5) | bit(8) | bit(10) | bit(12) | bit(14) | bit(16) |
                                 bit(18) | bit(21) | bit(24) | bit(26);
constexpr std::uint32_t kArrays = bit(22) | bit(23) | bit(24);
constexpr std::uint32_t kWide = bit(13) | bit(15);  // bytes_in_cnt, bytes_out_cnt

}  // namespace

DataForm form_of(std::uint8_t data_type) {
  if (data_type == kServerKey) return DataForm::Name;
  return (kRates & bit(data_type)) != 0 ? DataForm::Rate : DataForm::Number;
}

bool is_array(std::uint8_t data_type) {
  return (kArrays & bit(data_type)) != 0;
}

bool is_wide(std::uint8_t data_type) {
  return (kWide & bit(data_type)) != 0;
}

bool same_keys(const Table& one, const Table& other) {
  return one.key_type == other.key_type && one.key_length == other.key_length;
}

}  // namespace wslb::agent::peers
