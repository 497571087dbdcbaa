#include "proxy/stick/layout.h"

#include <chrono>

namespace wslb::proxy::stick {
namespace {

using config::StickData;

std::size_t bytes_of(StickData data) {
  if (config::is_rate(data)) return 12;
  return data == StickData::BytesInCnt || data == StickData::BytesOutCnt ? 8 : 4;
}

// The element of an array that stands for it.
std::optional<Place> element_for(StickData data) {
  if (data == StickData::Gpt0) return Place{StickData::Gpt, 0};
  if (data == StickData::Gpc0) return Place{StickData::Gpc, 0};
  if (data == StickData::Gpc1) return Place{StickData::Gpc, 1};
  if (data == StickData::Gpc0Rate) return Place{StickData::GpcRate, 0};
  if (data == StickData::Gpc1Rate) return Place{StickData::GpcRate, 1};
  return std::nullopt;
}

}  // namespace

Layout::Layout(const config::StickTable& definition) {
  using std::chrono::milliseconds;
  for (const config::StoredData& data : definition.store) {
    const auto period = std::chrono::duration_cast<milliseconds>(data.period).count();
    stored_.at(static_cast<std::size_t>(data.type)) = {
        data.elements, static_cast<std::uint32_t>(bytes_), static_cast<std::uint32_t>(period)};
    bytes_ += bytes_of(data.type) * data.elements;
  }
}

std::optional<Layout::Slot> Layout::exactly(Place place) const {
  const Stored& stored = stored_.at(static_cast<std::size_t>(place.data));
  if (place.index >= stored.elements) return std::nullopt;
  const std::size_t bytes = bytes_of(place.data);
  return Slot{stored.offset + place.index * bytes, bytes, stored.period};
}

std::optional<Layout::Slot> Layout::find(Place place) const {
  if (auto slot = exactly(place)) return slot;
  const auto element = element_for(place.data);
  return element ? exactly(*element) : std::nullopt;
}

}  // namespace wslb::proxy::stick
