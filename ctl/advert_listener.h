// Hears for `doctor` which VRRP adverts come in on the sections' links. It only listens: joins the
// groups and takes what the kernel hands out, which doctor/judge_wire decodes. Root alone may, or
// whoever has CAP_NET_RAW.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/config.h"
#include "ctl/doctor/heard_packet.h"

namespace wslb::ctl {

class AdvertListener {
 public:
  // On each interface and for each family that the sections have. What cannot be opened is told in
  // `unchecked`.
  AdvertListener(const config::Config& config, std::vector<std::string>& unchecked);
  AdvertListener(const AdvertListener&) = delete;
  AdvertListener& operator=(const AdvertListener&) = delete;
  ~AdvertListener();

  [[nodiscard]] bool hears() const { return !ears_.empty(); }
  // What has come since it was made, up to `time` after that: of our VRIDs, and of each sender a
  // bounded number.
  [[nodiscard]] std::vector<doctor::HeardPacket> listen(std::chrono::milliseconds time);

 private:
  struct Ear {
    int fd;
    std::string interface;
    base::Family family;
    std::vector<std::uint8_t> vrids;
  };

  void receive(const Ear& ear, std::vector<doctor::HeardPacket>& heard) const;

  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::vector<Ear> ears_;
};

}  // namespace wslb::ctl
