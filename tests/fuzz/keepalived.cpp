// A keepalived.conf of any bytes, for one host and for all: import returns, bounded, and says what
// is to do unless the result passes the check.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "ctl/migration/import.h"

namespace {

constexpr int kInclusionsMax = 30;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb::ctl::migration;
  const std::string text(data, data + size);
  ImportInput input;
  input.keepalived = {{"", {"keepalived.conf", text}}};
  input.haproxy = {"haproxy.cfg",
                   "listen web\n    mode http\n    bind :80\n    server a 10.0.0.21:80\n"};
  // Whatever it includes is itself; not to the bound on lines, since that many take long.
  int inclusions = 0;
  input.read_included = [&](const std::string& path) {
    if (++inclusions > kInclusionsMax) return std::vector<wslb::config::Source>();
    return std::vector<wslb::config::Source>{{path, text}};
  };
  for (const char* node : {"", "lb1"}) {
    input.keepalived.front().node = node;
    const Imported imported = import_pair(input);
    if (!imported.valid && !imported.remarks.anything_to_do()) std::abort();
    for (const Remark& remark : imported.remarks.all()) {
      if (remark.text.empty()) std::abort();
    }
  }
  return 0;
}
