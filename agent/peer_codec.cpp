#include "agent/peer_codec.h"

#include <algorithm>

#include "agent/control_frame.h"
#include "agent/sticky_record.h"
#include "base/overloaded.h"

namespace wslb::agent {
namespace {

template <typename Records>
void write_records(const std::vector<sticky::Record>& records, Records& out) {
  for (const sticky::Record& record : records) write_record(record, *out.add_records());
}

void write(const sticky::Hello& hello, proto::PeerHello& out) {
  out.set_protocol_min(hello.protocol_min);
  out.set_protocol_max(hello.protocol_max);
  out.set_cluster(hello.cluster);
  out.set_node(hello.node);
  out.set_incarnation(hello.incarnation);
  out.set_known_incarnation(hello.known_incarnation);
  out.set_known_sequence(hello.known_sequence);
  out.set_config_digest(hello.config_digest);
  out.set_version(WSLB_VERSION);
}

sticky::Hello read(const proto::PeerHello& in) {
  return {.protocol_min = in.protocol_min(),
          .protocol_max = in.protocol_max(),
          .cluster = in.cluster(),
          .node = in.node(),
          .incarnation = in.incarnation(),
          .known_incarnation = in.known_incarnation(),
          .known_sequence = in.known_sequence(),
          .config_digest = in.config_digest(),
          .version = in.version().substr(0, sticky::Hello::kVersionBytesMax)};
}

std::optional<PeerMessage> read(const proto::PeerEntries& in) {
  sticky::Entries entries;
  entries.upto = in.upto();
  entries.is_repair = in.repair();
  if (!read_records(in.records(), entries.records)) return std::nullopt;
  return entries;
}

std::optional<PeerMessage> read(const proto::StickyEntries& in) {
  sticky::Ended ended;
  if (!read_records(in.records(), ended.records)) return std::nullopt;
  return ended;
}

std::optional<PeerMessage> read(const proto::PeerCheck& in) {
  sticky::Check check;
  check.upto = in.upto();
  if (in.digest_size() != static_cast<int>(check.digest.size())) return std::nullopt;
  std::ranges::copy(in.digest(), check.digest.begin());
  check.clock = in.clock();
  return check;
}

std::optional<PeerMessage> read(const proto::StickyLoads& in) {
  auto loads = read_loads(in);
  if (!loads) return std::nullopt;
  return std::move(*loads);
}

std::optional<PeerMessage> read(const proto::PeerRepair& in) {
  sticky::Repair repair;
  if (in.buckets().size() > sticky::Replica::kBuckets) return std::nullopt;
  repair.buckets.assign(in.buckets().begin(), in.buckets().end());
  return repair;
}

std::optional<PeerMessage> read(const proto::PeerBeat& in) {
  PeerBeat beat{in.sent_us(), in.echo_us()};
  if (in.has_standing()) beat.standing = std::make_shared<proto::PeerStanding>(in.standing());
  return beat;
}

std::optional<PeerMessage> read(const proto::PeerAdvert& in) {
  constexpr std::chrono::microseconds interval_max = std::chrono::seconds(255);
  const std::string& source = in.source();
  if (source.size() != 4 && source.size() != 16) return std::nullopt;
  if (in.priority() > 255 || in.interval_us() == 0) return std::nullopt;
  if (in.interval_us() > static_cast<std::uint64_t>(interval_max.count())) return std::nullopt;
  PeerAdvert advert;
  advert.section = in.section();
  advert.priority = static_cast<std::uint8_t>(in.priority());
  advert.interval = std::chrono::microseconds(in.interval_us());
  advert.source = base::IpAddress::from_bytes(base::view(source));
  advert.sent_us = in.sent_us();
  return advert;
}

}  // namespace

std::uint64_t microseconds_of(base::TimePoint at) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count());
}

std::string encode(const sticky::Frame& frame) {
  proto::PeerFrame message;
  std::visit(
      base::Overloaded{
          [&](const sticky::Hello& hello) { write(hello, *message.mutable_hello()); },
          [&](const sticky::Tables& tables) { write_tables(tables, *message.mutable_tables()); },
          [&](const sticky::Entries& entries) {
            proto::PeerEntries& out = *message.mutable_entries();
            write_records(entries.records, out);
            out.set_upto(entries.upto);
            out.set_repair(entries.is_repair);
          },
          [&](const sticky::Ended& ended) {
            write_records(ended.records, *message.mutable_ended());
          },
          [&](const sticky::Ack& ack) { message.mutable_ack()->set_upto(ack.upto); },
          [&](const sticky::Check& check) {
            message.mutable_check()->set_upto(check.upto);
            for (const std::uint64_t sum : check.digest) message.mutable_check()->add_digest(sum);
            message.mutable_check()->set_clock(check.clock);
          },
          [&](const sticky::Repair& repair) {
            message.mutable_repair()->set_buckets(
                std::string(repair.buckets.begin(), repair.buckets.end()));
          },
          [&](const sticky::Loads& loads) { write_loads(loads, *message.mutable_loads()); },
      },
      frame);
  return encode_frame(message.SerializeAsString());
}

std::string encode(const PeerBeat& beat) {
  proto::PeerFrame message;
  message.mutable_beat()->set_sent_us(beat.sent_us);
  message.mutable_beat()->set_echo_us(beat.echo_us);
  if (beat.standing) *message.mutable_beat()->mutable_standing() = *beat.standing;
  return encode_frame(message.SerializeAsString());
}

std::string encode(const PeerAdvert& advert) {
  proto::PeerFrame message;
  proto::PeerAdvert& out = *message.mutable_advert();
  out.set_section(advert.section);
  out.set_priority(advert.priority);
  out.set_interval_us(static_cast<std::uint64_t>(advert.interval.count()));
  const base::ByteView source = advert.source.bytes();
  out.mutable_source()->assign(source.begin(), source.end());
  out.set_sent_us(advert.sent_us);
  return encode_frame(message.SerializeAsString());
}

std::optional<PeerMessage> PeerDecoder::decode(base::ByteView payload) {
  if (!frame_.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return {};
  switch (frame_.frame_case()) {
    case proto::PeerFrame::kHello:
      return read(frame_.hello());
    case proto::PeerFrame::kTables: {
      auto tables = read_tables(frame_.tables());
      if (!tables) return std::nullopt;
      return std::move(*tables);
    }
    case proto::PeerFrame::kEntries:
      return read(frame_.entries());
    case proto::PeerFrame::kEnded:
      return read(frame_.ended());
    case proto::PeerFrame::kAck:
      return sticky::Ack{frame_.ack().upto()};
    case proto::PeerFrame::kCheck:
      return read(frame_.check());
    case proto::PeerFrame::kRepair:
      return read(frame_.repair());
    case proto::PeerFrame::kBeat:
      return read(frame_.beat());
    case proto::PeerFrame::kAdvert:
      return read(frame_.advert());
    case proto::PeerFrame::kLoads:
      return read(frame_.loads());
    case proto::PeerFrame::FRAME_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace wslb::agent
