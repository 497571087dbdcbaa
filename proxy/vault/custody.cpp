#include "proxy/vault/custody.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace wslb::proxy::vault {
namespace {

constexpr int kReadsMax = 100;

// Of <netinet/tcp.h>, which does not go together with <linux/tcp.h>.
enum State : std::uint8_t {
  kEstablished = 1,
  kFinWait1 = 4,
  kFinWait2 = 5,
  kTimeWait = 6,
  kClose = 7,
  kCloseWait = 8,
  kLastAck = 9,
  kClosing = 11,
};

}  // namespace

// The queues and the counters are read one after the other; equal queues before and after mean that
// nothing came between.
std::optional<Counters> read_counters(int socket, bool connected) {
  for (int i = 0; i < kReadsMax; ++i) {
    int in_before = 0;
    int in_after = 0;
    int out_before = 0;
    int out_after = 0;
    tcp_info info{};
    socklen_t length = sizeof info;
    if (::ioctl(socket, SIOCINQ, &in_before) != 0) return std::nullopt;
    if (::ioctl(socket, SIOCOUTQ, &out_before) != 0) return std::nullopt;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
    if (::ioctl(socket, SIOCINQ, &in_after) != 0) return std::nullopt;
    if (::ioctl(socket, SIOCOUTQ, &out_after) != 0) return std::nullopt;
    if (in_before != in_after || out_before != out_after) continue;
    const std::uint8_t state = info.tcpi_state;
    Counters counters;
    counters.dead = state == kClose;
    counters.fin_received = state == kCloseWait || state == kLastAck || state == kClosing ||
                            state == kTimeWait || state == kClose;
    counters.fin_sent = state != kEstablished && state != kCloseWait;
    const auto fin_in = static_cast<std::uint64_t>(counters.fin_received && !counters.dead);
    const auto fin_out = static_cast<std::uint64_t>(counters.fin_sent && !counters.dead);
    counters.consumed =
        std::uint64_t{info.tcpi_bytes_received} - fin_in - static_cast<std::uint64_t>(in_after);
    counters.written = std::uint64_t{info.tcpi_bytes_acked} +
                       static_cast<std::uint64_t>(out_after) -
                       static_cast<std::uint64_t>(connected) - fin_out;
    return counters;
  }
  return std::nullopt;
}

}  // namespace wslb::proxy::vault
