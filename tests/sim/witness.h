// What each host must do by itself, whatever the network does to it: judged from the packets that
// it was handed and sent, from its kernel's VIPs and from its clock, never from its mind. The
// formulas are RFC 9568's, computed here anew.
//
//  - Hasty: nobody takes a VIP over before its Active-Down time is up, counted from the last advert
//    that it must heed (or the skew, after priority 0), unless it is commanded to, goes on after a
//    restart within three intervals, has priority 255, or follows its group. So equal priorities,
//    `preempt off` and replayed packets move nothing.
//  - Slow: a fit host that has heard no advert for its Active-Down time has the VIP (after priority
//    0: for the skew). Groups get one more Active-Down time, since they wait for one another.
//  - A host with the VIP advertises at least each interval, answers a lesser advert and priority 0
//    at once, and drops the VIP when it hears a better one.
//  - A host that slept through its Active-Down time has dropped the VIPs before it does anything.
//  - No VIP without the proxy, the link and what is tracked, as far as the agent was told. A proxy
//    that was killed, and whose connections are kept, has exactly its time to be succeeded.
//  - What the agent says of a section's state agrees with the kernel's addresses.
//  - Each command is answered once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace wslb::sim {

// 3 * interval + (256 - priority) * interval / 256; the skew of version 2 is of a second.
[[nodiscard]] Duration skew(const config::VrrpSection& section, int priority, Duration interval);
[[nodiscard]] Duration active_down(const config::VrrpSection& section, int priority,
                                   Duration interval);

class Witness {
 public:
  explicit Witness(const World& world);

  void observe();
  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }

  // Fit: nothing that the world knows of keeps it out of the election. In doubt it is not.
  [[nodiscard]] bool is_fit(std::size_t host, std::size_t section) const;
  [[nodiscard]] bool in_doubt(std::size_t host, std::size_t section) const;
  [[nodiscard]] int configured(std::size_t host, std::size_t section) const {
    return post(host, section).configured;
  }
  // The priority of its last advert but one of 0.
  [[nodiscard]] int advertised(std::size_t host, std::size_t section) const {
    return post(host, section).advertised;
  }
  // A host has outbid another to unite its group: the loser then wants the VIPs no more.
  [[nodiscard]] bool saw_union() const { return saw_union_; }
  // Of the cluster: the longest and the shortest interval.
  [[nodiscard]] Duration slowest(std::size_t section) const { return bounds_[section].slowest; }
  // How long a backup waits that goes by the link between the agents: as if adverts were so rare.
  [[nodiscard]] Duration patience(std::size_t section) const;
  [[nodiscard]] Duration fastest(std::size_t section) const { return bounds_[section].fastest; }

 private:
  // All times are by the host's clock.
  struct Post {
    int configured = 0;
    int advertised = 0;
    bool fit = false;     // at the last look
    bool sure = false;    // fit and not in doubt
    bool owner = false;   // had a VIP at the last look
    bool active = false;  // as the agent says
    TimePoint fit_since;
    TimePoint earliest;   // for a take-over
    TimePoint deadline;   // of a take-over
    TimePoint last_good;  // advert that may have reset its timer
    bool must_drop = false;
    TimePoint packet_heard;  // the last advert that was new
    // In this step:
    bool sent = false;
    bool resignation = false;  // it heard one while it had the VIP
    bool gained = false;
    bool linked = false;  // it may have gone by the link
    bool early = false;   // it gained the VIP before `earliest`
    bool dropped = false;
    int owes = 0;  // 1: an advert; 2: the VIP
  };
  struct Bounds {
    Duration slowest{};
    Duration fastest{};
  };

  void begin(std::size_t host);
  void take(const Happening& what);
  void started(const Happening& what);
  void heard(const Happening& what);
  void linked(const Happening& what);
  void backup_heard(const Happening& what, Post& mine);
  void dropped(std::size_t host, std::size_t section);
  void gone(std::size_t host);
  void ending(std::size_t host);
  void check_patience(std::size_t host);
  void woke(const Happening& what);
  void finish(std::size_t host);
  void check_gains(std::size_t host);
  void check_debts(std::size_t host, std::size_t section);
  void look_at_fitness(std::size_t host);
  void check_kernel(std::size_t host, std::size_t section);
  void check_deadlines();
  void fail(std::size_t host, std::size_t section, const std::string& what);
  [[nodiscard]] bool heir(const Happening& what) const;
  [[nodiscard]] bool may_resume(std::size_t host, std::size_t section) const;
  [[nodiscard]] bool is_grouped(std::size_t section) const;
  [[nodiscard]] bool heeds(const Happening& what, const Post& mine) const;
  [[nodiscard]] Post& post(std::size_t host, std::size_t section) {
    return posts_[host * sections_ + section];
  }
  [[nodiscard]] const Post& post(std::size_t host, std::size_t section) const {
    return posts_[host * sections_ + section];
  }

  const World& world_;
  std::size_t sections_;
  std::vector<Post> posts_;  // by host and section
  std::vector<Bounds> bounds_;
  bool saw_union_ = false;
  bool saw_link_ = false;   // somebody may have gone by the link
  bool commanded_ = false;  // in this step
  int unanswered_ = 0;      // commands of this step
  bool resumed_ = false;    // in this step
  std::optional<std::string> violation_;
};

}  // namespace wslb::sim
