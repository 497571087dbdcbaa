#include "config/stick_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "config/sample_arguments.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

constexpr auto kTableOptions =
    std::to_array<std::string_view>({"type", "size", "expire", "store", "peers", "srvkey"});
constexpr std::int64_t kElementsMax = 100;
constexpr std::int64_t kKeyLengthMax = 16384;
constexpr std::size_t kDefaultBinary = 32;
constexpr std::size_t kDefaultString = 31;  // HAProxy counts the end of the text as well

// "200k": a number of entries, in HAProxy's binary units.
std::optional<std::uint32_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > UINT32_MAX) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr auto kUnits = std::to_array<std::pair<std::string_view, unsigned>>(
      {{"", 0}, {"k", 10}, {"m", 20}, {"g", 30}});
  for (const auto& [name, shift] : kUnits) {
    const bool same = name.size() == unit.size() &&
                      (unit.empty() || name[0] == unit[0] || name[0] - 'a' + 'A' == unit[0]);
    if (!same) continue;
    number <<= shift;
    if (number == 0 || number > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(number);
  }
  return std::nullopt;
}

class TableReader {
 public:
  TableReader(std::span<const std::string> words, bool in_peers, const Statement& statement)
      : words_(words), in_peers_(in_peers), statement_(statement) {
    table_.where = statement.where();
  }

  std::optional<StickTable> read() {
    bool good = true;
    while (good && !words_.empty()) good = read_option(take());
    if (!good) return std::nullopt;
    if (table_.size == 0) {
      statement_.error("lacks 'size', the number of entries at most");
      return std::nullopt;
    }
    if (!typed_) {
      statement_.error("lacks 'type', which is ip, ipv6, integer, string or binary");
      return std::nullopt;
    }
    if (excludes(StickData::Gpt, {StickData::Gpt0}) ||
        excludes(StickData::Gpc, {StickData::Gpc0, StickData::Gpc1}) ||
        excludes(StickData::GpcRate, {StickData::Gpc0Rate, StickData::Gpc1Rate})) {
      return std::nullopt;
    }
    std::ranges::sort(table_.store, {}, &StoredData::type);
    return std::move(table_);
  }

 private:
  const std::string& take() {
    const std::string& word = words_.front();
    words_ = words_.subspan(1);
    return word;
  }

  const std::string* take_value(const std::string& option) {
    if (!words_.empty()) return &take();
    statement_.error("lacks the value of '" + option + "'");
    return nullptr;
  }

  bool read_option(const std::string& option) {
    if (option == "nopurge") return table_.nopurge = true;
    if (option == "peers" && in_peers_) {
      statement_.error("has 'peers', which a table of a 'peers' section has anyway");
      return false;
    }
    if (std::ranges::count(kTableOptions, option) == 0) {
      statement_.error("knows no option '" + option + "'" +
                       did_you_mean(option, stick_table_option_names()));
      return false;
    }
    const std::string* const value = take_value(option);
    if (value == nullptr) return false;
    if (option == "type") return read_type(*value);
    if (option == "size") return read_size(*value);
    if (option == "expire") return read_expire(*value);
    if (option == "store") return read_store(*value);
    if (option == "srvkey") return read_server_key(*value);
    table_.peers = *value;
    return true;
  }

  bool read_type(const std::string& name) {
    using Type = StickTable::Type;
    typed_ = true;
    for (const auto& [type, length] :
         std::to_array<std::pair<Type, std::size_t>>({{Type::Ip, 4},
                                                      {Type::Ipv6, 16},
                                                      {Type::Integer, 4},
                                                      {Type::String, kDefaultString},
                                                      {Type::Binary, kDefaultBinary}})) {
      if (name != name_of(type)) continue;
      table_.type = type;
      table_.key_length = length;
      const bool sized = type == Type::String || type == Type::Binary;
      if (!sized || words_.empty() || words_.front() != "len") return true;
      take();
      const std::string* const text = take_value("len");
      if (text == nullptr) return false;
      const auto read = statement_.accept(parse_integer(*text, 1, kKeyLengthMax));
      if (read) table_.key_length = static_cast<std::size_t>(*read);
      return read.has_value();
    }
    statement_.error("knows no type '" + name + "'; there are ip, ipv6, integer, string, binary");
    return false;
  }

  bool read_size(const std::string& text) {
    const auto size = parse_size(text);
    if (!size) {
      statement_.error("expects a number of entries such as 200k after 'size', not '" + text + "'");
      return false;
    }
    table_.size = *size;
    return true;
  }

  bool read_expire(const std::string& text) {
    const auto expire = statement_.accept(parse_timer(text));
    if (!expire) return false;
    table_.expire.reset();
    if (*expire > base::Duration::zero()) table_.expire = *expire;
    return true;
  }

  bool read_server_key(const std::string& text) {
    table_.server_by_address = text == "addr";
    if (text == "addr" || text == "name") return true;
    statement_.error("expects 'name' or 'addr' after 'srvkey', not '" + text + "'");
    return false;
  }

  // "gpc0,conn_rate(10s),gpc_rate(2,1m)"
  bool read_store(std::string_view list) {
    while (!list.empty()) {
      const std::size_t name_end = std::min(list.find_first_of(",("), list.size());
      const std::string name(list.substr(0, name_end));
      list.remove_prefix(name_end);
      SampleArguments arguments;
      if (list.starts_with('(')) {
        list.remove_prefix(1);
        auto read = statement_.accept(take_arguments(list));
        if (!read) return false;
        arguments = std::move(*read);
      }
      if (!list.empty() && !list.starts_with(',')) {
        statement_.error("has '" + std::string(list) + "' behind '" + name + "' after 'store'");
        return false;
      }
      if (!list.empty()) list.remove_prefix(1);
      if (!add_data(name, arguments)) return false;
    }
    return true;
  }

  bool add_data(const std::string& name, SampleArguments arguments) {
    const auto type = find_stick_data(name);
    if (!type) {
      statement_.error("cannot store '" + name + "'" + did_you_mean(name, stick_data_names()));
      return false;
    }
    const std::size_t wanted = (is_array(*type) ? 1U : 0U) + (is_rate(*type) ? 1U : 0U);
    if (arguments.size() != wanted) {
      const std::string_view usage = wanted == 2       ? "(ELEMENTS,PERIOD)"
                                     : is_array(*type) ? "(ELEMENTS)"
                                     : wanted == 1     ? "(PERIOD)"
                                                       : "";
      statement_.error("expects '" + name + std::string(usage) + "' after 'store'");
      return false;
    }
    StoredData data{.type = *type};
    if (is_array(*type)) {
      const auto elements = statement_.accept(parse_integer(arguments[0], 1, kElementsMax));
      if (!elements) return false;
      data.elements = static_cast<std::uint32_t>(*elements);
    }
    if (is_rate(*type)) {
      const auto period = statement_.accept(parse_timer(arguments.back()));
      if (!period) return false;
      data.period = std::max<base::Duration>(*period, std::chrono::milliseconds(1));
    }
    if (table_.find(*type) != nullptr) {
      statement_.warning("stores '" + name + "' already; the second one is ignored");
    } else {
      table_.store.push_back(data);
    }
    return true;
  }

  bool excludes(StickData array, std::initializer_list<StickData> singles) {
    if (table_.find(array) == nullptr) return false;
    for (const StickData single : singles) {
      if (table_.find(single) == nullptr) continue;
      statement_.error("stores both '" + std::string(name_of(array)) + "' and '" +
                       std::string(name_of(single)) + "', which is its first elements; drop one");
      return true;
    }
    return false;
  }

  std::span<const std::string> words_;
  const bool in_peers_;
  const Statement& statement_;
  StickTable table_;
  bool typed_ = false;
};

}  // namespace

WordNames stick_table_option_names() {
  WordNames names(kTableOptions.begin(), kTableOptions.end());
  names.push_back("nopurge");
  return names;
}

WordNames stick_data_names() {
  WordNames names;
  for (std::size_t i = 0; i < kStickDataTypes; ++i) {
    names.push_back(name_of(static_cast<StickData>(i)));
  }
  return names;
}

std::optional<StickTable> parse_stick_table(std::span<const std::string> words, bool in_peers,
                                            const Statement& statement) {
  return TableReader(words, in_peers, statement).read();
}

}  // namespace wslb::config
