// Entries of stick tables as protobuf (sticky.proto) and back. Used by StickyLink.
#pragma once

#include <cstddef>
#include <optional>

#include "config/stick_table.h"
#include "proto/sticky.pb.h"
#include "proxy/stick/record.h"

namespace wslb::proxy {

void write_table(const config::StickTable& table, std::size_t id, proto::StickyTable& out);
void write_change(const stick::Record& record, std::size_t table, proto::StickyChange& out);
// Nothing: its value is none.
[[nodiscard]] std::optional<stick::Record> read_record(const proto::StickyRecord& in);

}  // namespace wslb::proxy
