#include "config/unsupported.h"

#include <string>
#include <string_view>

namespace wslb::config {
namespace {

std::string_view text_of(Inert inert) {
  switch (inert) {
    case Inert::TakeoverAfter:
      return "'takeover-after' counts as 0 in this version of wslb: a dead proxy moves the VIP at "
             "once, since its connections are lost";
  }
  return {};
}

}  // namespace

void warn(Inert inert, const Location& where, Diagnostics& diagnostics) {
  diagnostics.warning(where, std::string(text_of(inert)));
}

}  // namespace wslb::config
