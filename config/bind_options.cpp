#include "config/bind_options.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/haproxy_words.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

// Nothing where the value was right; else a fragment that begins with "expects".
using Complaint = std::optional<std::string>;

struct Option {
  std::string_view name;
  bool has_value;
  Complaint (*apply)(Bind&, const std::string& value);
};

Complaint set_maxconn(Bind& bind, const std::string& value) {
  const auto number = parse_integer(value, 0, std::numeric_limits<std::int32_t>::max());
  if (!number) return number.error().message;
  // 0 is HAProxy's way to say that the line has no limit of its own.
  bind.maxconn.reset();
  if (*number > 0) bind.maxconn = static_cast<std::uint32_t>(*number);
  return std::nullopt;
}

constexpr auto kOptions = std::to_array<Option>({
    {"maxconn", true, set_maxconn},
    {"accept-proxy", false,
     [](Bind& b, const std::string&) { return b.accept_proxy = true, Complaint(); }},
    {"name", true, [](Bind& b, const std::string& v) { return b.name = v, Complaint(); }},
});

void report_unknown(const Statement& statement, const std::string& word) {
  const Words known = haproxy_bind_words();
  if (std::ranges::count(known, word) > 0) return statement.refuse(word);
  std::vector<std::string_view> names;
  for (const Option& option : kOptions) names.push_back(option.name);
  names.insert(names.end(), known.begin(), known.end());
  statement.error("knows no '" + word + "'" + did_you_mean(word, names));
}

}  // namespace

bool read_bind_options(const Statement& statement, Bind& bind) {
  bool good = true;
  for (std::size_t i = 1; i < statement.size(); ++i) {
    const auto option = std::ranges::find(kOptions, statement[i], &Option::name);
    if (option == kOptions.end()) {
      report_unknown(statement, statement[i]);
      return false;
    }
    const std::string name = "'" + std::string(option->name) + "' ";
    if (option->has_value && i + 1 >= statement.size()) {
      statement.error(name + "lacks its value");
      return false;
    }
    const std::string& value = option->has_value ? statement[++i] : statement[i];
    if (const auto complaint = option->apply(bind, value)) {
      statement.error(name + *complaint);
      good = false;
    }
  }
  return good;
}

}  // namespace wslb::config
