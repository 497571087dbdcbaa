#include "tests/sim/witness.h"

#include <algorithm>

namespace wslb::sim {

namespace {

constexpr Duration slack = std::chrono::microseconds(10);

}  // namespace

using namespace std::chrono_literals;
using Kind = Happening::Kind;

Duration skew(const config::VrrpSection& section, int priority, Duration interval) {
  return (section.version == 2 ? Duration(1s) : interval) * (256 - priority) / 256;
}

Duration active_down(const config::VrrpSection& section, int priority, Duration interval) {
  return 3 * interval + skew(section, priority, interval);
}

Witness::Witness(const World& world)
    : world_(world),
      sections_(world.sections()),
      posts_(world.hosts().size() * sections_),
      bounds_(sections_) {
  for (std::size_t host = 0; host < world.hosts().size(); ++host) {
    for (std::size_t i = 0; i < sections_; ++i) {
      const config::VrrpSection& section = world.section(host, i);
      post(host, i).configured =
          section.priority_of(world.hosts()[host].name, *world.hosts()[host].config.cluster);
      Bounds& bounds = bounds_[i];
      bounds.slowest = std::max<Duration>(bounds.slowest, section.advert);
      const bool first = bounds.fastest == Duration(0);
      bounds.fastest = first ? section.advert : std::min<Duration>(bounds.fastest, section.advert);
    }
  }
}

void Witness::fail(std::size_t host, std::size_t section, const std::string& what) {
  if (violation_) return;
  violation_ = world_.hosts()[host].name + ": " + world_.section(host, section).name + ": " + what;
}

bool Witness::is_grouped(std::size_t section) const {
  return sections_ > 1 && !world_.section(0, section).group.empty();
}

bool Witness::is_fit(std::size_t index, std::size_t section) const {
  const Host& host = world_.hosts()[index];
  const bool track_fine = host.track_told ? host.track_up : host.track_presumed;
  if (!host.settled() || !host.proxy_told || !track_fine) return false;
  if (!is_grouped(section)) return host.link_up[world_.network_of(section)];
  for (std::size_t i = 0; i < sections_; ++i) {
    if (!host.link_up[world_.network_of(i)]) return false;
  }
  return true;
}

bool Witness::in_doubt(std::size_t index, std::size_t section) const {
  const Host& host = world_.hosts()[index];
  const TimePoint now = world_.local_now(index);
  const auto doubtful = [&](const Host::Post& each) {
    return now <= each.doubted_until || each.adds_fail;
  };
  if (!is_grouped(section)) return doubtful(host.posts[section]);
  return std::any_of(host.posts.begin(), host.posts.end(), doubtful);
}

void Witness::observe() {
  if (world_.happened().empty()) {
    for (std::size_t host = 0; host < world_.hosts().size(); ++host) look_at_fitness(host);
    return check_deadlines();
  }
  const std::size_t host = world_.happened().front().host;
  begin(host);
  for (const Happening& what : world_.happened()) take(what);
  finish(host);
  for (std::size_t each = 0; each < world_.hosts().size(); ++each) look_at_fitness(each);
  check_deadlines();
}

void Witness::begin(std::size_t host) {
  commanded_ = resumed_ = false;
  unanswered_ = 0;
  for (std::size_t i = 0; i < sections_; ++i) {
    Post& mine = post(host, i);
    mine.sent = mine.gained = mine.dropped = mine.linked = false;
    mine.owes = 0;
    mine.resignation = false;
  }
}

void Witness::take(const Happening& what) {
  Post& mine = post(what.host, what.section);
  switch (what.kind) {
    case Kind::Sent:
      if (what.priority == 0) return;
      if (mine.must_drop) fail(what.host, what.section, "advertises after it overslept");
      mine.sent = true;
      mine.advertised = what.priority;
      saw_union_ = saw_union_ || (what.priority > mine.configured && what.priority <= 253);
      return;
    case Kind::Heard:
      return heard(what);
    case Kind::Linked:
      return linked(what);
    case Kind::Gained:
      if (mine.must_drop) fail(what.host, what.section, "keeps the VIP though it overslept");
      if (!mine.owner) mine.early = world_.local_now(what.host) < mine.earliest;
      mine.gained = mine.gained || !mine.owner;
      mine.owner = true;
      return;
    case Kind::Dropped:
      return dropped(what.host, what.section);
    case Kind::Told:
      mine.active = what.yes;
      return;
    case Kind::Commanded:
      commanded_ = true;
      ++unanswered_;
      return;
    case Kind::Answered:
      --unanswered_;
      return;
    case Kind::Started:
      return started(what);
    case Kind::Gone:
      return gone(what.host);
    case Kind::Woke:
      return woke(what);
    case Kind::Ending:
      return ending(what.host);
  }
}

// A proxy that died has its time, whatever happens meanwhile.
void Witness::ending(std::size_t host) {
  const auto died = world_.hosts()[host].proxy_died;
  if (!died) return fail(host, 0, "ends the connections of a proxy that is there");
  if (world_.local_now(host) < *died + world_.proxy_patience()) {
    fail(host, 0, "ends the connections of a dead proxy before its time is over");
  }
}

// And no more than that.
void Witness::check_patience(std::size_t host) {
  const Host& each = world_.hosts()[host];
  if (!each.proxy_died) return;
  const TimePoint end = each.kept_ending ? *each.kept_ending + agent::core::Succession::kEndingMax
                                         : *each.proxy_died + world_.proxy_patience();
  if (world_.local_now(host) > end + slack) fail(host, 0, "waits too long for a proxy");
}

// It begins as backup, or goes on where the killed agent stopped.
void Witness::started(const Happening& what) {
  resumed_ = what.yes;
  for (std::size_t i = 0; i < sections_; ++i) {
    Post& mine = post(what.host, i);
    mine.fit = mine.sure = mine.owner = mine.active = mine.must_drop = false;
    mine.advertised = 0;
    mine.earliest = TimePoint::max();  // until it is fit
  }
}

void Witness::gone(std::size_t host) {
  for (std::size_t i = 0; i < sections_; ++i) {
    Post& mine = post(host, i);
    mine.fit = mine.sure = mine.owner = mine.active = mine.must_drop = false;
  }
}

void Witness::woke(const Happening& what) {
  for (std::size_t i = 0; i < sections_; ++i) {
    Post& mine = post(what.host, i);
    const config::VrrpSection& section = world_.section(what.host, i);
    const Duration down = active_down(section, mine.configured, section.advert);
    mine.must_drop = mine.active && what.slept > down;
    mine.last_good = mine.fit_since = world_.local_now(what.host);
    mine.deadline =
        mine.fit_since + section.start_delay + active_down(section, mine.configured, slowest(i));
  }
}

// Its own intervals count from now; a better router's advert that made it step down comes on top.
void Witness::dropped(std::size_t host, std::size_t section) {
  Post& mine = post(host, section);
  const config::VrrpSection& config = world_.section(host, section);
  const TimePoint now = world_.local_now(host);
  const int priority = std::max(mine.configured, mine.advertised);
  mine.dropped = true;
  mine.owner = mine.must_drop = false;
  mine.earliest = now;  // it overslept and then heard of a resignation
  if (!mine.resignation) mine.earliest += active_down(config, priority, fastest(section));
  mine.deadline = now + active_down(config, mine.configured,
                                    mine.linked ? patience(section) : slowest(section));
  // A link may have gone and come back while it slept.
  if (mine.fit_since == now) mine.deadline += config.start_delay;
  mine.last_good = now;
}

// Whether a backup surely starts its timer anew.
bool Witness::heeds(const Happening& what, const Post& mine) const {
  const config::VrrpSection& section = world_.section(what.host, what.section);
  if (!mine.sure || !what.fresh || what.frame->hostile) return false;
  if (world_.local_now(what.host) <= mine.fit_since + section.start_delay) return false;
  if (mine.configured == 255) return what.priority == 255;
  if (!section.preempt.enabled) return true;
  const int bid = is_grouped(what.section) ? 254 : std::max(mine.configured, mine.advertised);
  return what.priority >= bid;
}

Duration Witness::patience(std::size_t section) const {
  return saw_link_ ? std::max<Duration>(slowest(section), 100ms) : slowest(section);
}

// It counts for those who have not heard packets for two intervals, and they may go by it or not.
void Witness::linked(const Happening& what) {
  Post& mine = post(what.host, what.section);
  const config::VrrpSection& section = world_.section(what.host, what.section);
  const TimePoint now = world_.local_now(what.host);
  if (what.priority > 0 && now - mine.packet_heard <= 2 * what.frame->interval) return;
  saw_link_ = true;
  mine.linked = true;
  if (mine.owner) return;
  const int priority = std::max(mine.configured, mine.advertised);
  if (what.priority == 0) {
    const Duration soonest = heir(what) ? 0ns : skew(section, priority, fastest(what.section));
    mine.earliest = std::min(mine.earliest, now + soonest);
    return;
  }
  mine.last_good = now;
  mine.deadline =
      std::max(mine.deadline, now + active_down(section, mine.configured, patience(what.section)));
  if (mine.fit_since == now) mine.deadline += section.start_delay;
  const Duration learnt = std::max<Duration>(what.frame->interval, 100ms);
  mine.earliest = std::min(mine.earliest, now + active_down(section, priority, learnt));
}

void Witness::heard(const Happening& what) {
  if (what.frame->forged || what.frame->sender == what.host) return;
  Post& mine = post(what.host, what.section);
  if (what.fresh && !what.frame->hostile) {
    mine.packet_heard = world_.local_now(what.host);
  }
  const Host& host = world_.hosts()[what.host];
  if (!mine.owner) return backup_heard(what, mine);
  mine.resignation = what.priority == 0;
  if (!what.fresh || what.frame->hostile || mine.must_drop || !is_fit(what.host, what.section)) {
    return;
  }
  const base::IpAddress& own =
      what.frame->source.is_v4() ? host.v4
      : world_.section(what.host, what.section).transport == config::Transport::Unicast
          ? host.v6
          : host.link_local;
  const auto beats = [&](int priority) {
    return what.priority > priority || (what.priority == priority && what.frame->source > own);
  };
  const int low = std::min(mine.configured, mine.advertised);
  const int high = std::max(mine.configured, mine.advertised);
  if (what.priority == 0 || (!beats(low) && !beats(high))) mine.owes = 1;
  if (what.priority > 0 && beats(low) && beats(high)) mine.owes = 2;
}

// Whether nobody else can be a better successor of the one that resigns.
bool Witness::heir(const Happening& what) const {
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    if (i == what.host || i == what.frame->sender) continue;
    if (configured(i, what.section) >= configured(what.host, what.section)) return false;
  }
  return true;
}

void Witness::backup_heard(const Happening& what, Post& mine) {
  const config::VrrpSection& section = world_.section(what.host, what.section);
  const TimePoint now = world_.local_now(what.host);
  const int priority = std::max(mine.configured, mine.advertised);
  if (what.priority == 0) {
    const Duration soonest = heir(what) ? 0ns : skew(section, priority, fastest(what.section));
    mine.earliest = std::min(mine.earliest, now + soonest);
    const bool elected = mine.sure && now > mine.fit_since + section.start_delay;
    if (!what.fresh || what.frame->hostile || !elected) return;
    const Duration latest = skew(section, mine.configured, patience(what.section));
    mine.deadline = std::min(mine.deadline, now + latest);
    return;
  }
  const Duration down = active_down(section, mine.configured, slowest(what.section));
  if (!what.frame->hostile || what.fresh) {
    mine.last_good = now;
    mine.deadline = now + down;
    // It reads this as it wakes up: what its link did meanwhile comes after it.
    if (mine.fit_since == now) mine.deadline += section.start_delay;
  } else {
    // Authentic but old: its sender may be alive, so a backup may wait, but not for ever.
    mine.deadline = std::max(mine.deadline, std::min(now, mine.last_good + 4 * down) + down);
  }
  const TimePoint then = now + active_down(section, priority, what.frame->interval);
  if (heeds(what, mine)) {
    mine.earliest = then;
  } else {
    mine.earliest = std::min(mine.earliest, then);
  }
}

void Witness::finish(std::size_t host) {
  if (unanswered_ != 0) fail(host, 0, "a command was not answered exactly once");
  check_gains(host);
  for (std::size_t i = 0; i < sections_; ++i) {
    check_debts(host, i);
    check_kernel(host, i);
  }
}

bool Witness::may_resume(std::size_t host, std::size_t section) const {
  const TimePoint last = world_.hosts()[host].posts[section].inherited;
  return resumed_ && world_.local_now(host) - last < 3 * world_.section(host, section).advert;
}

// A group follows one section of it that may take over.
void Witness::check_gains(std::size_t host) {
  bool gained = false;
  bool allowed = commanded_;
  std::size_t culprit = 0;
  const TimePoint now = world_.local_now(host);
  for (std::size_t i = 0; i < sections_; ++i) {
    const Post& mine = post(host, i);
    if (!mine.gained) {
      allowed = allowed || (mine.owner && is_grouped(i));
      continue;
    }
    gained = true;
    const bool first = now <= mine.fit_since + world_.section(host, i).start_delay || !mine.sure;
    const bool fine = !mine.early || may_resume(host, i) || (mine.configured == 255 && first);
    if (is_grouped(i)) {
      allowed = allowed || fine;
      culprit = i;
    } else if (!fine && !commanded_) {
      fail(host, i, "takes over though it heard an active router");
    }
  }
  if (gained && !allowed && is_grouped(culprit)) {
    fail(host, culprit, "its group takes over though it heard an active router");
  }
}

void Witness::check_debts(std::size_t host, std::size_t section) {
  Post& mine = post(host, section);
  const bool slept = mine.must_drop;
  const bool woke_now = world_.happened().front().kind == Kind::Woke;
  if (slept && !woke_now) fail(host, section, "keeps the VIP though it overslept");
  if (mine.owes == 1 && !mine.sent && !mine.dropped) {
    fail(host, section, "is active and does not answer an advert");
  }
  // A group that pulls its sections bids more in its next advert, which it sends at once then.
  const bool outbids = mine.sent && mine.advertised > mine.configured;
  if (mine.owes == 2 && !mine.dropped && !outbids)
    fail(host, section, "heard a better router and stays");
}

void Witness::check_kernel(std::size_t index, std::size_t section) {
  const Host& host = world_.hosts()[index];
  if (!host.settled() || post(index, section).must_drop) return;
  const Post& mine = post(index, section);
  const std::uint8_t vips = host.posts[section].vips;
  const auto all =
      static_cast<std::uint8_t>((1U << world_.section(index, section).vips.size()) - 1);
  if (mine.active ? vips != all : vips != 0) {
    fail(index, section, "the agent's state and the kernel's VIPs differ");
  }
  if (mine.owner != mine.active) fail(index, section, "the VIPs were not removed or not added");
  if (vips == 0) return;
  if (!host.proxy_told) fail(index, section, "has the VIP without a proxy");
  if (!(host.track_told ? host.track_up : host.track_presumed))
    fail(index, section, "has the VIP though a track is down");
  if (!is_fit(index, section)) fail(index, section, "has the VIP though a link is down");
}

void Witness::look_at_fitness(std::size_t host) {
  if (world_.hosts()[host].node && !world_.hosts()[host].settled()) return;
  const TimePoint now = world_.local_now(host);
  for (std::size_t i = 0; i < sections_; ++i) {
    Post& mine = post(host, i);
    const config::VrrpSection& section = world_.section(host, i);
    const bool fit = is_fit(host, i);
    const bool sure = fit && !in_doubt(host, i);
    if (fit && !mine.fit) {
      // What it read when it woke up may have told it that the active router resigned.
      const bool woke_now = mine.fit_since == now;
      mine.fit_since = now;
      mine.earliest = now;
      if (!woke_now) mine.earliest += active_down(section, mine.configured, section.advert);
    }
    if (sure && !mine.sure) {
      mine.deadline = now + section.start_delay + active_down(section, mine.configured, slowest(i));
      mine.last_good = now;
    }
    mine.fit = fit;
    mine.sure = sure;
  }
}

void Witness::check_deadlines() {
  for (std::size_t host = 0; host < world_.hosts().size(); ++host) {
    const Host& each = world_.hosts()[host];
    if (!each.settled() || (each.due && *each.due <= world_.now())) continue;
    check_patience(host);
    const TimePoint now = world_.local_now(host);
    TimePoint last;
    for (std::size_t i = 0; i < sections_; ++i) last = std::max(last, post(host, i).deadline);
    for (std::size_t i = 0; i < sections_; ++i) {
      const Post& mine = post(host, i);
      const config::VrrpSection& section = world_.section(host, i);
      if (mine.owner) {
        const TimePoint sent = each.posts[i].sent;
        if (now - sent > section.advert + slack) fail(host, i, "is active and does not advertise");
        continue;
      }
      if (!mine.sure) continue;
      const TimePoint deadline =
          is_grouped(i) ? last + active_down(section, mine.configured, patience(i)) : mine.deadline;
      if (now > deadline + slack) fail(host, i, "hears nobody and does not take over");
    }
  }
}

}  // namespace wslb::sim
