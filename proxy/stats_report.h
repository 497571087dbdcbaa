// The rows of `show stat` as text: what a command or a URI asks for with words such as `typed`,
// `up` or numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/stats_table.h"

namespace wslb::proxy {

struct StatsChoice {
  enum class Form : std::uint8_t { Csv, Typed, Json };

  Form form = Form::Csv;
  bool up_only = false;   // no server that is not up
  bool no_maint = false;  // no server in maintenance
  std::string proxy;      // its name or number; empty or -1: all
  long types = -1;        // a bit for each StatsRow::Type; -1: all
  long server = -1;       // its number; -1: all
};

void choose_rows(std::vector<StatsRow>& rows, const StatsChoice& choice);

// Takes out what not every visitor of a page may see: addresses, cookies, algorithms.
void hide_legends(std::vector<StatsRow>& rows);

[[nodiscard]] std::string stats_report(const std::vector<StatsRow>& rows, StatsChoice::Form form);

}  // namespace wslb::proxy
