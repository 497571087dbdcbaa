// Sticky records and servers' loads as protobuf and back, for the peer link, the proxy's stream and
// the snapshot.
#pragma once

#include <optional>

#include "agent/sticky/frame.h"
#include "proto/sticky.pb.h"

namespace wslb::agent {

void write_record(const sticky::Record& record, proto::StickyRecord& out);
// Refers to the message's bytes. Nothing: it is impossible.
[[nodiscard]] std::optional<sticky::Record> read_record(const proto::StickyRecord& in);

void write_tables(const sticky::Tables& tables, proto::StickyTables& out);
[[nodiscard]] std::optional<sticky::Tables> read_tables(const proto::StickyTables& in);

void write_loads(const sticky::Loads& loads, proto::StickyLoads& out);
[[nodiscard]] std::optional<sticky::Loads> read_loads(const proto::StickyLoads& in);

// False: one of them is impossible.
[[nodiscard]] bool read_records(const google::protobuf::RepeatedPtrField<proto::StickyRecord>& in,
                                std::vector<sticky::Record>& out);

}  // namespace wslb::agent
