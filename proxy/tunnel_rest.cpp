#include "proxy/tunnel_rest.h"

namespace wslb::proxy {

std::optional<TunnelEnds> read_tunnel_ends(const std::array<int, 2>& sockets,
                                           std::size_t direction) {
  const std::size_t sink = 1 - direction;
  const auto from = vault::read_counters(sockets[direction], direction == 1);
  const auto to = vault::read_counters(sockets[sink], sink == 1);
  if (!from || !to) return std::nullopt;
  return TunnelEnds{*from, *to};
}

namespace {

// False: it does not fit together.
bool find_rest(const vault::Record& record, const TunnelEnds& ends, std::size_t direction,
               TunnelRest& rest) {
  const std::uint64_t read = ends.source.consumed - record.consumed[direction];
  const std::uint64_t passed = ends.sink.written - record.written[direction];
  const auto waiting = record.waiting(direction);
  rest.fin_sent[1 - direction] = ends.sink.fin_sent;
  if (ends.sink.dead) {  // nobody takes it any more
    rest.read[direction] = ends.source.dead ? passed : read;
    return true;
  }
  if (!waiting) return false;
  if (*waiting == 0) {
    rest.read[direction] = passed;
    return ends.source.dead || read == passed;
  }
  const std::uint64_t end = record.ends[direction];
  rest.read[direction] = end;
  rest.waiting[direction] = end - passed;
  return end - passed <= *waiting && (ends.source.dead || read == end);
}

}  // namespace

std::optional<TunnelRest> find_rest(const vault::Record& record,
                                    const std::array<int, 2>& sockets) {
  const auto ends = record.has_begin() ? read_tunnel_ends(sockets, 0) : std::nullopt;
  if (!ends) return std::nullopt;
  const TunnelEnds back{.source = ends->sink, .sink = ends->source};
  TunnelRest rest;
  const bool fits = find_rest(record, *ends, 0, rest) && find_rest(record, back, 1, rest);
  return fits ? std::optional(rest) : std::nullopt;
}

}  // namespace wslb::proxy
