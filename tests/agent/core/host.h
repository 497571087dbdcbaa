// One node under test, with a clock in the test's hand. Each call returns what the node did as
// lines of text, such as "advert 200 -> 224.0.0.18", "add vips public" or "event vrrp-state ...".
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/node.h"

namespace wslb::agent::core {

using Lines = std::vector<std::string>;

base::IpAddress ip(std::string_view text);

// Two nodes, lb1 at 10.0.0.11 and lb2 at 10.0.0.12, priorities 200 and 199, and one section
// `public` on eth0 with 10.0.0.100/24, vrid 51, an advert each 100 ms.
config::Config pair_config();
config::Config preempting_pair();
config::VrrpSection vrrp_section(std::string name, std::string interface, std::uint8_t vrid);

// The advert that a router with this section's configuration sends.
vrrp::Advert advert_of(const config::VrrpSection& section, std::uint8_t priority);

class Host {
 public:
  explicit Host(const config::Config& config = pair_config(), std::string_view self = "lb1",
                const vrrp::Keyring& keys = {});

  // Links are up, the proxy is up, started: every section is in Backup.
  void boot();

  Lines feed(const Input& input);
  // Lets time pass, with the timer in time.
  Lines run(base::Duration duration);
  // Lets time pass with the process asleep, without the timer being heeded after it.
  void sleep(base::Duration duration) { now_ += duration; }
  Lines expire();

  Lines link(std::string_view interface, bool exists, bool up, std::string_view address);
  Lines proxy(bool up);
  // An advert of another node, by default lb2, for section `index`.
  Lines advert(std::uint8_t priority, std::string_view source = "10.0.0.12", std::size_t index = 0);
  Lines advert(const vrrp::Advert& advert, std::string_view source, std::size_t index = 0);
  Lines packet(const base::Bytes& payload, std::string_view source = "10.0.0.12",
               std::size_t index = 0);
  // lb2's agent says on the link between the agents that it advertised this.
  Lines word(std::uint8_t priority, std::string_view source = "10.0.0.12");
  Lines failover(std::string vrrp = "", std::string to = "");

  [[nodiscard]] SectionStatus section(std::size_t index = 0) const;
  [[nodiscard]] SectionState state(std::size_t index = 0) const { return section(index).state; }
  [[nodiscard]] std::uint64_t count(std::string_view counter, std::size_t index = 0) const;
  [[nodiscard]] base::TimePoint now() const { return now_; }
  [[nodiscard]] const Node& node() const { return node_; }
  // The payload of the last advert that was sent.
  [[nodiscard]] const base::Bytes& last_payload() const { return last_payload_; }
  // The priorities that the peers' agents were told, in order.
  [[nodiscard]] const std::vector<int>& told() const { return told_; }

 private:
  Lines describe(const Effects& effects);

  config::Config config_;
  Node node_;
  base::TimePoint now_ = base::TimePoint{} + std::chrono::hours(1);
  base::Bytes last_payload_;
  std::vector<int> told_;
};

// The lines that are no events, and those that are.
Lines actions(const Lines& lines);
Lines events(const Lines& lines);

}  // namespace wslb::agent::core
