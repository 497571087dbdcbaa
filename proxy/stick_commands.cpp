#include "proxy/stick_commands.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/stick_report.h"

namespace wslb::proxy {
namespace {

using config::StickData;
using std::chrono::steady_clock;
using TableType = config::StickTable::Type;

constexpr std::size_t kFiltersMax = 4;
// With the table's mutex held; others get their turn in between.
constexpr std::size_t kBucketsAtOnce = 4096;

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// "data.gpc0": nothing where it is another word, or there is no such type.
std::optional<StickData> data_type(const std::string& word) {
  constexpr std::string_view kPrefix = "data.";
  if (!word.starts_with(kPrefix)) return std::nullopt;
  return config::find_stick_data(std::string_view(word).substr(kPrefix.size()));
}

struct Filter {
  StickData data = StickData::ServerId;
  std::string_view relation;
  std::int64_t value = 0;

  [[nodiscard]] bool passes(std::int64_t seen) const {
    if (relation == "eq") return seen == value;
    if (relation == "ne") return seen != value;
    if (relation == "le") return seen <= value;
    if (relation == "ge") return seen >= value;
    if (relation == "lt") return seen < value;
    return seen > value;
  }
};

struct Filters {
  std::vector<Filter> all;
  std::string complaint;
};

// From the fourth word on, three words for each.
Filters read_filters(const CommandWords& words, const config::StickTable& table) {
  constexpr auto kRelations = std::to_array<std::string_view>({"eq", "ne", "le", "ge", "lt", "gt"});
  Filters filters;
  std::size_t at = 3;
  for (; at < words.size() && filters.all.size() < kFiltersMax; at += 3) {
    const std::string entry = "Filter entry #" + std::to_string(filters.all.size() + 1) + ": ";
    const auto type = data_type(words[at]);
    const auto* const relation = std::ranges::find(kRelations, words[at + 1]);
    if (words[at].starts_with("data.") && !type) return {{}, entry + "Unknown data type\n"};
    if (type && table.find(*type) == nullptr) {
      return {{}, entry + "Data type not stored in this table\n"};
    }
    if (!type || relation == kRelations.end()) {
      return {{},
              entry +
                  "Require and operator among \"eq\", \"ne\", \"le\", \"ge\", \"lt\", "
                  "\"gt\"\n"};
    }
    const auto value = whole_number(words[at + 2]);
    if (!value) return {{}, entry + "Require a valid integer value to compare against\n"};
    filters.all.push_back({*type, *relation, *value});
  }
  if (at >= words.size()) return filters;
  return {{},
          "Detected extra data in filter, " + std::to_string(at + 1) + "th word of input, after '" +
              words[at - 1] + "'\n"};
}

bool pass(const std::vector<Filter>& filters, const stick::Table& table, const stick::Entry& entry,
          base::TimePoint now) {
  return std::ranges::all_of(filters, [&](const Filter& filter) {
    const auto value = table.value(entry, {filter.data}, now).value_or(0);
    return filter.passes(static_cast<std::int64_t>(value));
  });
}

// The key that an operator typed; nothing: it is none for that table.
std::optional<base::Bytes> typed_key(const config::StickTable& table, const std::string& text) {
  const http::Value value = http::Value::view(text);
  if (table.type == TableType::Integer) {
    const auto number = whole_number(text);
    if (!number || *number < 0 || *number > std::int64_t{UINT32_MAX}) return std::nullopt;
    return stick_key(table, http::Value::of(*number));
  }
  const auto address = value.to_address();
  if (table.type == TableType::Ip && (!address || !address->is_v4())) return std::nullopt;
  if (table.type == TableType::Ipv6 && (!address || address->is_v4())) return std::nullopt;
  return stick_key(table, value);
}

bool takes_keys(const config::StickTable& table, bool binary_too) {
  return table.type != TableType::Binary || binary_too;
}

// What stands behind `key`: the bytes, or the answer that refuses it.
struct Key {
  base::Bytes bytes;
  std::string complaint;
};

Key read_key(const CommandWords& words, const config::StickTable& table, std::string_view verb) {
  if (words[4].empty()) return {{}, "Key value expected\n"};
  if (!takes_keys(table, false)) {
    return {{},
            std::string(verb) +
                " keys into tables of type other than ip, ipv6, string and integer is not "
                "supported\n"};
  }
  auto bytes = typed_key(table, words[4]);
  if (!bytes) return {{}, "Invalid key\n"};
  return {std::move(*bytes), ""};
}

std::string show_all(RuntimeContext& context) {
  std::string text;
  // HAProxy lists the last one first.
  const auto tables = context.service->config.stick_tables();
  for (auto each = tables.rbegin(); each != tables.rend(); ++each) {
    const auto table = context.service->stick_tables.find((*each)->name);
    const std::lock_guard lock(table->mutex);
    text += table_line(table->table, steady_clock::now());
  }
  return text;
}

// Visits the entries that pass, with the mutex held for some buckets at a time.
template <typename Visit>
void for_each_passing(StickTable& shared, const std::vector<Filter>& filters, Visit visit) {
  stick::Table& table = shared.table;
  for (std::size_t bucket = 0; bucket < table.buckets();) {
    const auto now = steady_clock::now();
    const std::lock_guard lock(shared.mutex);
    bucket = table.visit(
        bucket, kBucketsAtOnce,
        [&](stick::Entry& entry) {
          if (pass(filters, table, entry, now)) visit(entry, now);
        },
        now);
  }
}

// Entries that pass, each with its key; sorted by it.
std::vector<std::pair<base::Bytes, std::string>> lines_of(StickTable& shared,
                                                          const std::vector<Filter>& filters) {
  std::vector<std::pair<base::Bytes, std::string>> lines;
  for_each_passing(shared, filters, [&](const stick::Entry& entry, base::TimePoint now) {
    const base::ByteView key = shared.table.key(entry);
    lines.emplace_back(base::Bytes(key.begin(), key.end()), entry_line(shared.table, entry, now));
  });
  std::ranges::sort(lines);
  return lines;
}

std::string show_key(StickTable& shared, const CommandWords& words) {
  const Key key = read_key(words, shared.definition(), "Showing");
  if (!key.complaint.empty()) return key.complaint;
  const auto now = steady_clock::now();
  const std::lock_guard lock(shared.mutex);
  const stick::Entry* const entry = shared.table.find(key.bytes, now);
  if (entry == nullptr) return "";
  return table_line(shared.table, now) + entry_line(shared.table, *entry, now);
}

std::string clear_key(StickTable& shared, const CommandWords& words) {
  const Key key = read_key(words, shared.definition(), "Removing");
  if (!key.complaint.empty()) return key.complaint;
  const std::lock_guard lock(shared.mutex);
  const auto now = steady_clock::now();
  stick::Entry* const entry = shared.table.find(key.bytes, now);
  if (entry == nullptr || shared.table.remove(*entry, now)) return "";
  return "Entry currently in use, cannot remove\n";
}

// Those that somebody holds stay.
void clear_entries(StickTable& shared, const std::vector<Filter>& filters) {
  for_each_passing(shared, filters,
                   [&](stick::Entry& entry, base::TimePoint now) {
                     (void)shared.table.remove(entry, now);
                   });
}

struct Change {
  StickData data;
  std::int64_t value;
};

// `data.TYPE VALUE` from the sixth word on; the complaint, or empty.
std::string read_changes(const CommandWords& words, const config::StickTable& table,
                         std::vector<Change>& changes) {
  for (std::size_t at = 5; at < words.size(); at += 2) {
    if (!words[at].starts_with("data.")) return "\"data.<type>\" followed by a value expected\n";
    const auto type = data_type(words[at]);
    if (!type) return "Unknown data type\n";
    if (table.find(*type) == nullptr) return "Data type not stored in this table\n";
    const auto value = whole_number(words[at + 1]);
    // A server is named by its number alone.
    if (!value || *type == StickData::ServerKey) return "Require a valid integer value to store\n";
    changes.push_back({*type, *value});
  }
  return "";
}

}  // namespace

std::string show_table(RuntimeContext& context, const CommandWords& words) {
  if (words.size() < 3) return show_all(context);
  const auto table = context.service->stick_tables.find(words[2]);
  if (table == nullptr) return "No such table\n";
  if (context.level < config::StatsSocket::Level::Operator) {
    const std::lock_guard lock(table->mutex);
    return table_line(table->table, steady_clock::now()) +
           "# contents not dumped due to insufficient privileges\n";
  }
  if (words[3] == "key") return show_key(*table, words);
  if (words.size() > 3 && !words[3].starts_with("data.")) {
    return "Optional argument only supports \"data.<store_data_type>\" <operator> <value> and key "
           "<key>\n";
  }
  const Filters filters = read_filters(words, table->definition());
  if (!filters.complaint.empty()) return filters.complaint;
  std::string text;
  {
    const std::lock_guard lock(table->mutex);
    text = table_line(table->table, steady_clock::now());
  }
  for (const auto& [key, line] : lines_of(*table, filters.all)) text += line;
  return text;
}

std::string set_table(RuntimeContext& context, const CommandWords& words) {
  constexpr std::string_view kUsage =
      "Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n";
  if (words.size() < 3) return std::string(kUsage);
  const auto table = context.service->stick_tables.find(words[2]);
  if (table == nullptr) return "No such table\n";
  if (words[3].starts_with("data.")) {
    return "content-based lookup is only supported with the \"show\" and \"clear\" actions\n";
  }
  if (words[3] != "key") return std::string(kUsage);
  const Key key = read_key(words, table->definition(), "Inserting");
  if (!key.complaint.empty()) return key.complaint;
  std::vector<Change> changes;
  const std::string complaint = read_changes(words, table->definition(), changes);
  if (!complaint.empty()) return complaint;
  const auto now = steady_clock::now();
  const std::lock_guard lock(table->mutex);
  stick::Entry* const entry = table->table.find_or_add(key.bytes, now);
  table->tell_of_purges(now);
  if (entry == nullptr) return "Unable to allocate a new entry\n";
  for (const Change& change : changes) {
    table->table.set(*entry, {change.data}, static_cast<std::uint64_t>(change.value), now);
  }
  table->table.use(*entry, now);
  return "";
}

std::string clear_table(RuntimeContext& context, const CommandWords& words) {
  constexpr std::string_view kUsage =
      "Required arguments: <table> \"data.<store_data_type>\" <operator> <value> or <table> key "
      "<key>\n";
  if (words.size() < 3) return std::string(kUsage);
  const auto table = context.service->stick_tables.find(words[2]);
  if (table == nullptr) return "No such table\n";
  if (words[3] == "key") return clear_key(*table, words);
  if (words.size() > 3 && !words[3].starts_with("data.")) return std::string(kUsage);
  const Filters filters = read_filters(words, table->definition());
  if (!filters.complaint.empty()) return filters.complaint;
  clear_entries(*table, filters.all);
  return "";
}

}  // namespace wslb::proxy
