#include "agent/core/effect.h"

namespace wslb::agent::core {

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::VrrpState:
      return "vrrp-state";
    case EventKind::Proxy:
      return "proxy";
    case EventKind::Interface:
      return "interface";
    case EventKind::Vip:
      return "vip";
    case EventKind::Command:
      return "command";
    case EventKind::Track:
      return "track";
    case EventKind::Alarm:
      return "alarm";
  }
  return "";
}

}  // namespace wslb::agent::core
