#include "config/source_list.h"

#include "config/comma_list.h"
#include "config/value.h"

namespace wslb::config {

base::Result<std::vector<base::Endpoint>> parse_sources(std::string_view text) {
  std::vector<base::Endpoint> sources;
  const auto items = split_at_commas(text);
  for (const std::string_view item : items) {
    const auto colon = item.rfind(':');
    if (colon != std::string_view::npos && item.find('-', colon) != std::string_view::npos) {
      return base::Error{
          "expects ADDRESS[:PORT]; a range of ports is not supported by this version of wslb"};
    }
    const auto source = parse_host_port(item);
    if (!source) return source.error();
    const std::uint16_t port = source->port.value_or(0);
    if (source->host || port != 0) {
      sources.push_back({source->host.value_or(base::IpAddress()), port});
    } else if (items.size() > 1) {
      return base::Error{"expects addresses between the commas, not '" + std::string(item) + "'"};
    }
  }
  return sources;
}

}  // namespace wslb::config
