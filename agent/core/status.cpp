#include "agent/core/status.h"

namespace wslb::agent::core {

std::string_view to_string(SectionState state) {
  switch (state) {
    case SectionState::Init:
      return "init";
    case SectionState::Backup:
      return "backup";
    case SectionState::Active:
      return "active";
    case SectionState::Fault:
      return "fault";
  }
  return "";
}

}  // namespace wslb::agent::core
