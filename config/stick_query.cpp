#include "config/stick_query.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/value.h"

namespace wslb::config {
namespace {

using What = StickQuery::What;
using Of = StickQuery::Of;
using Answer = std::optional<base::Result<StickQuery>>;

struct Row {
  std::string_view name;  // behind sc_, sc0_, src_ or table_
  What what = What::Value;
  StickData data = StickData::ConnCnt;
  bool indexed = false;
};

// What sc_, src_ and table_ have in common.
constexpr auto kRows = std::to_array<Row>({
    {"conn_cnt", What::Value, StickData::ConnCnt},
    {"conn_cur", What::Value, StickData::ConnCur},
    {"conn_rate", What::Value, StickData::ConnRate},
    {"sess_cnt", What::Value, StickData::SessCnt},
    {"sess_rate", What::Value, StickData::SessRate},
    {"http_req_cnt", What::Value, StickData::HttpReqCnt},
    {"http_req_rate", What::Value, StickData::HttpReqRate},
    {"http_err_cnt", What::Value, StickData::HttpErrCnt},
    {"http_err_rate", What::Value, StickData::HttpErrRate},
    {"http_fail_cnt", What::Value, StickData::HttpFailCnt},
    {"http_fail_rate", What::Value, StickData::HttpFailRate},
    {"bytes_in_rate", What::Value, StickData::BytesInRate},
    {"bytes_out_rate", What::Value, StickData::BytesOutRate},
    {"kbytes_in", What::Kilobytes, StickData::BytesInCnt},
    {"kbytes_out", What::Kilobytes, StickData::BytesOutCnt},
    {"gpc0_rate", What::Value, StickData::Gpc0Rate},
    {"gpc1_rate", What::Value, StickData::Gpc1Rate},
    {"gpc_rate", What::Value, StickData::GpcRate, true},
});

// Of sc_ and src_.
constexpr auto kFetchRows = std::to_array<Row>({
    {"get_gpc0", What::Value, StickData::Gpc0},
    {"get_gpc1", What::Value, StickData::Gpc1},
    {"get_gpt0", What::Value, StickData::Gpt0},
    {"inc_gpc0", What::Increment, StickData::Gpc0},
    {"inc_gpc1", What::Increment, StickData::Gpc1},
    {"clr_gpc0", What::Clear, StickData::Gpc0},
    {"clr_gpc1", What::Clear, StickData::Gpc1},
    {"get_gpc", What::Value, StickData::Gpc, true},
    {"get_gpt", What::Value, StickData::Gpt, true},
    {"inc_gpc", What::Increment, StickData::Gpc, true},
    {"clr_gpc", What::Clear, StickData::Gpc, true},
});

constexpr auto kTrackedRows = std::to_array<Row>({
    {"tracked", What::Presence},
    {"trackers", What::Trackers},
});

constexpr auto kSourceRows = std::to_array<Row>({{"updt_conn_cnt", What::CountConnection}});

constexpr auto kTableRows = std::to_array<Row>({
    {"gpc0", What::Value, StickData::Gpc0},
    {"gpc1", What::Value, StickData::Gpc1},
    {"gpt0", What::Value, StickData::Gpt0},
    {"gpc", What::Value, StickData::Gpc, true},
    {"gpt", What::Value, StickData::Gpt, true},
    {"server_id", What::Value, StickData::ServerId},
    {"trackers", What::Trackers},
    {"expire", What::Expire},
    {"idle", What::Idle},
});

template <typename Rows>
const Row* find_in(const Rows& rows, std::string_view name) {
  const auto* const row = std::ranges::find(rows, name, &Row::name);
  return row == rows.end() ? nullptr : &*row;
}

template <typename... Others>
const Row* find_row(std::string_view name, const Others&... others) {
  const Row* found = find_in(kRows, name);
  ((found = found != nullptr ? found : find_in(others, name)), ...);
  return found;
}

// A fetch's name taken apart; without a row where it is none.
struct FetchName {
  const Row* row = nullptr;
  Of of = Of::Tracked;
  std::optional<int> counter;  // sc0_ .. sc2_
};

FetchName read_name(std::string_view name) {
  if (name.starts_with("src_")) {
    return {find_row(name.substr(4), kFetchRows, kSourceRows), Of::Source, std::nullopt};
  }
  if (name.starts_with("sc_")) {
    return {find_row(name.substr(3), kFetchRows, kTrackedRows), Of::Tracked, std::nullopt};
  }
  const bool numbered = name.size() > 4 && name.starts_with("sc") && name[3] == '_' &&
                        name[2] >= '0' && name[2] < '0' + kTrackedMax;
  if (!numbered) return {};
  const Row* const row = find_row(name.substr(4), kFetchRows, kTrackedRows);
  if (row == nullptr || row->indexed) return {};  // HAProxy has no such
  return {row, Of::Tracked, name[2] - '0'};
}

// Takes a number off the front of the arguments.
std::optional<base::Error> take_number(std::string_view name, std::string_view what,
                                       std::int64_t max, SampleArguments& arguments,
                                       std::int64_t& number) {
  if (arguments.empty()) {
    return base::Error{quote(name) + " expects " + std::string(what) + " in parentheses"};
  }
  const auto read = parse_integer(arguments.front(), 0, max);
  if (!read) {
    return base::Error{quote(name) + " expects " + std::string(what) + " of 0 to " +
                       std::to_string(max) + ", not " + quote(arguments.front())};
  }
  number = *read;
  arguments.erase(arguments.begin());
  return std::nullopt;
}

base::Result<StickQuery> with_table(std::string_view name, const SampleArguments& rest,
                                    StickQuery query) {
  if (rest.size() > 1) {
    return base::Error{quote(name) + " has " + quote(rest[1]) + " behind the name of a table"};
  }
  if (!rest.empty()) query.table = rest[0];
  return query;
}

template <typename... Tables>
void add_names(const std::string& prefix, std::vector<std::string>& names,
               const Tables&... tables) {
  const auto add = [&](const auto& rows) {
    for (const Row& row : rows) names.push_back(prefix + std::string(row.name));
  };
  add(kRows);
  (add(tables), ...);
}

}  // namespace

std::vector<std::string> stick_sample_names() {
  std::vector<std::string> names{"table_cnt", "table_avl", "in_table"};
  add_names("sc_", names, kFetchRows, kTrackedRows);
  add_names("src_", names, kFetchRows, kSourceRows);
  add_names("table_", names, kTableRows);
  return names;
}

bool is_stick_fetch(std::string_view name) {
  return name == "table_cnt" || name == "table_avl" || read_name(name).row != nullptr;
}

Answer stick_fetch(std::string_view name, const SampleArguments& arguments) {
  StickQuery query;
  if (name == "table_cnt" || name == "table_avl") {
    query.of = Of::Table;
    query.what = name == "table_cnt" ? What::Used : What::Available;
    return with_table(name, arguments, query);
  }
  const FetchName found = read_name(name);
  if (found.row == nullptr) return std::nullopt;
  query.of = found.of;
  query.what = found.row->what;
  query.data = found.row->data;
  SampleArguments rest = arguments;
  std::int64_t number = 0;
  if (found.row->indexed) {
    if (auto error = take_number(name, "an index", kStickIndexMax, rest, number)) return *error;
    query.index = static_cast<std::uint32_t>(number);
  }
  number = found.counter.value_or(0);
  if (found.of == Of::Tracked && !found.counter) {
    if (auto error = take_number(name, "a counter", kTrackedMax - 1, rest, number)) return *error;
  }
  query.counter = static_cast<int>(number);
  return with_table(name, rest, query);
}

Answer stick_converter(std::string_view name, const SampleArguments& arguments) {
  StickQuery query;
  query.of = Of::Input;
  SampleArguments rest = arguments;
  if (name == "in_table") {
    query.what = What::Presence;
  } else {
    if (!name.starts_with("table_")) return std::nullopt;
    const Row* const row = find_row(name.substr(6), kTableRows);
    if (row == nullptr) return std::nullopt;
    query.what = row->what;
    query.data = row->data;
    std::int64_t number = 0;
    if (row->indexed) {
      if (auto error = take_number(name, "an index", kStickIndexMax, rest, number)) return *error;
      query.index = static_cast<std::uint32_t>(number);
    }
  }
  const bool timed = query.what == What::Expire || query.what == What::Idle;
  if (timed && rest.size() == 2) {
    const auto otherwise = parse_integer(rest[1], 0, INT64_MAX);
    if (!otherwise) return base::Error{quote(name) + " " + otherwise.error().message};
    query.otherwise = *otherwise;
    rest.pop_back();
  }
  return with_table(name, rest, query);
}

}  // namespace wslb::config
