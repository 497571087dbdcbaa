// The sections that move together: those with one `group` name, or a single one without. A group
// is fit only as a whole, and where one of its sections becomes active or steps down, the others
// follow. A group also knows why this node should not want the VIPs back:
//
//  - It yielded when the operator moved it away: by a failover command here, or by a node that
//    advertises priority 254 though the configuration gives it less, which is how a node takes over
//    on command. From then on `preempt` counts as off, and a section whose active router fell
//    silent waits as long as another section still hears one (else two sections with different luck
//    on their links would pull the group to and fro). It ends when this node becomes active. It
//    yields too when a node outbid it to unite its group, until that is done.
//  - It outbids when it was told to take over, or when a section follows its group against a router
//    that is still active: its priority is at least 254, or in the latter case 253 and less
//    (following_priority), until the router that it took over from has been silent for an
//    Active-Down time. After a command against a router that is none of the cluster's nodes (a
//    Keepalived box), which may preempt and knows nothing of yielding, the priority stays until the
//    group is no longer active.
//  - It stands back when the node is drained: with the lowest priority, so that it becomes active
//    only where nobody else does, and any other node of ours takes over from it (Section::hear).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/effect.h"
#include "agent/core/facts.h"
#include "agent/core/input.h"
#include "agent/core/section.h"
#include "base/time.h"

namespace wslb::agent::core {

class Group {
 public:
  explicit Group(std::string name) : name_(std::move(name)) {}  // empty: a single section
  std::size_t add(Section section);                             // its place among the sections

  // Starts or withdraws the sections after facts have changed or a hold has ended.
  void settle(const Facts& facts, base::TimePoint now, Effects& effects);
  // A PacketReceived or a PeerAdvert.
  template <typename Advert>
  void receive(std::size_t member, const Advert& advert, base::TimePoint now, Effects& effects);
  void wake(base::TimePoint now, Effects& effects);
  void expire(base::TimePoint now, Effects& effects);
  void stop(base::TimePoint now, Effects& effects);
  void resign(const std::string& why, base::TimePoint now, Effects& effects);
  void take_over(const std::string& why, base::TimePoint now, Effects& effects);
  void set_drained(bool drained, base::TimePoint now, Effects& effects);

  [[nodiscard]] std::optional<base::TimePoint> next_expiry() const;
  [[nodiscard]] bool is_active() const;  // at least one section is
  [[nodiscard]] bool is_drained() const { return drained_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::vector<Section>& sections() { return sections_; }
  [[nodiscard]] const std::vector<Section>& sections() const { return sections_; }

 private:
  // While sections advertise more than their priority. nullopt: until the group is inactive.
  struct Outbidding {
    std::optional<base::TimePoint> until;
    bool commanded = false;
  };

  void follow(Section& leader, base::TimePoint now, Effects& effects);
  void pull(const Section& leader, base::TimePoint now, Effects& effects);
  void outbid(Section& section, std::uint8_t priority, base::TimePoint now);
  void end_outbidding();
  // Then all sections bid 254, and no pull makes it less.
  [[nodiscard]] bool is_commanded() const { return outbidding_ && outbidding_->commanded; }
  [[nodiscard]] bool is_outbidding_for_good() const { return outbidding_ && !outbidding_->until; }
  [[nodiscard]] bool is_united(base::TimePoint now) const;
  [[nodiscard]] bool must_wait(const Section& silent, base::TimePoint now) const;
  [[nodiscard]] base::Duration longest_active_down() const;

  std::string name_;
  std::vector<Section> sections_;
  // Until when this group does not preempt.
  enum class Yield : std::uint8_t {
    None,
    UntilUnited,  // the node that outbid it in order to unite its group advertises as configured
    UntilActive,  // this node is active again
  };
  Yield yield_ = Yield::None;
  std::optional<Outbidding> outbidding_;
  bool drained_ = false;
};

}  // namespace wslb::agent::core
