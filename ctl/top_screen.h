// What `wslbctl top` shows: the status and, of each server, what happens now. Rates come from two
// looks, one after the other. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ctl/table.h"
#include "proto/control.pb.h"

namespace wslb::ctl {

class TopScreen {
 public:
  // A fresh look, or why there is none; the last one stays then.
  void look(const proto::Status& status, std::int64_t now_unix_ms);
  void miss(const std::string& reason) { trouble_ = reason; }
  void add_event(const proto::Event& event);

  // At most so many lines, none longer than the style's width; without a newline at the end.
  [[nodiscard]] std::string draw(const TableStyle& style, std::size_t lines) const;

 private:
  static constexpr std::size_t kEventsMax = 5;

  struct Look {
    proto::Status status;
    std::int64_t at_unix_ms = 0;
  };

  [[nodiscard]] std::string heading(const TableStyle& style) const;
  [[nodiscard]] std::string sections(const TableStyle& style) const;
  [[nodiscard]] std::string traffic(const TableStyle& style, std::size_t lines) const;
  [[nodiscard]] std::string rate(const proto::TrafficRow& row,
                                 std::uint64_t (proto::TrafficRow::*figure)() const) const;

  std::optional<Look> now_;
  std::optional<Look> before_;
  std::string trouble_;
  std::vector<std::string> events_;  // the last ones
};

}  // namespace wslb::ctl
