#include "config/unsupported.h"

#include <string>
#include <string_view>

namespace wslb::config {
namespace {

std::string_view text_of(Feature feature) {
  switch (feature) {
    case Feature::ExternalProxy:
      return "'proxy external' is not supported by this version of wslb; use 'proxy wslb'";
    case Feature::VrrpVersion2:
      return "'version 2' is not supported by this version of wslb; use 'version 3'";
    case Feature::Ipv6Vip:
      return "an IPv6 'vip' is not supported by this version of wslb; use an IPv4 address";
    case Feature::AddressOwner:
      return "'priority' 255, the owner of the address, is not supported by this version of wslb; "
             "use 1 to 254";
  }
  return {};
}

std::string_view text_of(Inert inert) {
  switch (inert) {
    case Inert::SecretFile:
      return "'secret-file' has no effect in this version of wslb: VRRP is not authenticated yet";
    case Inert::PeerPort:
      return "'peer-port' has no effect in this version of wslb: the agents talk by VRRP only";
    case Inert::TakeoverAfter:
      return "'takeover-after' counts as 0 in this version of wslb: a dead proxy moves the VIP at "
             "once, since its connections are lost";
  }
  return {};
}

}  // namespace

void refuse(Feature feature, const Location& where, Diagnostics& diagnostics) {
  diagnostics.error(where, std::string(text_of(feature)));
}

void warn(Inert inert, const Location& where, Diagnostics& diagnostics) {
  diagnostics.warning(where, std::string(text_of(inert)));
}

}  // namespace wslb::config
