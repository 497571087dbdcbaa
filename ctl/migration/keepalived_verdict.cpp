#include "ctl/migration/keepalived_verdict.h"

#include <array>
#include <span>
#include <string>

#include "config/spelling.h"

namespace wslb::ctl::migration {
namespace {

struct Verdict {
  std::string_view keyword;  // one that ends with '*' stands for all that begin so
  Remark::Kind kind = Remark::Kind::Note;
  std::string_view text;
};

constexpr auto kNote = Remark::Kind::Note;
constexpr auto kToDo = Remark::Kind::ToDo;

constexpr std::string_view kAnnounces =
    "is not needed: wslb repeats its announcements after a takeover, and every minute";
constexpr std::string_view kMail =
    "is not carried over: wslb sends no mail; use the Prometheus alerts or 'notify'";
constexpr std::string_view kOwnProcess =
    "is about Keepalived's own process; wslb's units say the like";
constexpr std::string_view kFifo =
    "is not carried over: read the stream of 'wslbctl events -f --json' instead";
constexpr std::string_view kRoutes =
    "is not carried over: wslb adds no routes; give the host the route for good, or let 'notify "
    "PROGRAM' add it";
constexpr std::string_view kChecks = "is not needed: wslb checks each advert by RFC 9568";

constexpr auto kFile = std::to_array<Verdict>({
    {"virtual_server*", kToDo, "is LVS, which wslb has not: write a frontend and a backend for it"},
    {"bfd_instance", kToDo,
     "is not carried over: wslb has no BFD; a shorter 'advert' finds a dead "
     "host as fast"},
    {"static_*", kToDo, "is not carried over: give it to the system's network configuration"},
    {"net_namespace*", kToDo,
     "is not carried over: start the units in that namespace "
     "(NetworkNamespacePath= in a drop-in)"},
    {"garp_group", kNote, kAnnounces},
    {"interface_up_down_delays", kNote,
     "is not needed: a link that comes back is used again when "
     "'start-delay' is over"},
    {"linkbeat_*", kNote, "is not needed: wslb hears of links from the kernel"},
    {"instance", kNote, kOwnProcess},
    {"use_pid_dir", kNote, kOwnProcess},
    {"child_wait_time", kNote, kOwnProcess},
});

constexpr auto kGlobals = std::to_array<Verdict>({
    {"vrrp_garp_*", kNote, kAnnounces},
    {"vrrp_gna_*", kNote, kAnnounces},
    {"vrrp_min_garp", kNote, kAnnounces},
    {"notification_email*", kNote, "is not needed as long as no 'smtp_alert' is on"},
    {"smtp_alert*", kToDo, kMail},
    {"smtp_*", kNote, "is not needed: wslb sends no mail"},
    {"no_email_faults", kNote, "is not needed: wslb sends no mail"},
    {"no_checker_emails", kNote, "is not needed: wslb sends no mail"},
    {"vrrp_mcast_group4", kToDo,
     "is not carried over: wslb sends to 224.0.0.18; use 'transport "
     "unicast' if that must not be"},
    {"vrrp_mcast_group6", kToDo,
     "is not carried over: wslb sends to ff02::12; use 'transport "
     "unicast' if that must not be"},
    {"vrrp_strict", kNote, kChecks},
    {"vrrp_skip_check_adv_addr", kNote, kChecks},
    {"vrrp_check_unicast_src", kNote, kChecks},
    {"vrrp_iptables", kNote, "is not needed: wslb makes no firewall rules"},
    {"vrrp_ipsets", kNote, "is not needed: wslb makes no firewall rules"},
    {"nftables*", kNote, "is not needed: wslb makes no firewall rules"},
    {"vrrp_down_timer_adverts", kToDo,
     "is not carried over: a silent router is dead after three "
     "adverts, as RFC 9568 says; change 'advert' if need be"},
    {"vrrp_lower_prio_no_advert", kNote, "is not needed: wslb answers as RFC 9568 says"},
    {"vrrp_higher_prio_send_advert", kNote, "is not needed: wslb answers as RFC 9568 says"},
    {"startup_script*", kToDo,
     "is not carried over: make it an ExecStartPre= of wslb-agent.service"},
    {"shutdown_script*", kToDo,
     "is not carried over: make it an ExecStopPost= of "
     "wslb-agent.service"},
    {"vrrp_notify_fifo*", kToDo, kFifo},
    {"notify_fifo*", kToDo, kFifo},
    {"lvs_*", kNote, "is about LVS"},
    {"script_user", kNote, "is not needed: wslb runs no check scripts"},
    {"enable_script_security", kNote, "is not needed: wslb runs no check scripts"},
    {"enable_snmp*", kToDo, "is not carried over: wslb has Prometheus metrics instead of SNMP"},
    {"enable_traps", kToDo, "is not carried over: wslb has Prometheus metrics instead of SNMP"},
    {"snmp_socket", kNote, "is about SNMP"},
    {"enable_dbus", kToDo, "is not carried over: 'wslbctl --json' says what D-Bus did"},
    {"dbus_service_name", kNote, "is about D-Bus"},
    {"dynamic_interfaces", kNote, "is not needed: wslb waits for an interface that is not there"},
    {"vmac_*prefix", kToDo, "is not carried over: wslb names the interface itself"},
    {"disable_local_igmp", kNote, kOwnProcess},
    {"log_unknown_vrids", kNote, "is not needed: 'wslbctl doctor' tells of other routers"},
    {"vrrp_notify_priority_changes", kNote, "is not needed: 'wslbctl events' has them"},
    {"tmp_config_directory", kNote, kOwnProcess},
    {"config_save_dir", kNote, kOwnProcess},
    {"process_name*", kNote, kOwnProcess},
    {"vrrp_process_name", kNote, kOwnProcess},
    {"checker_*", kNote, kOwnProcess},
    {"bfd_*", kNote, kOwnProcess},
    {"vrrp_priority", kNote, kOwnProcess},
    {"vrrp_rt_priority", kNote, kOwnProcess},
    {"vrrp_no_swap", kNote, kOwnProcess},
    {"vrrp_rlimit_rttime", kNote, kOwnProcess},
    {"vrrp_cpu_affinity", kNote, kOwnProcess},
    {"max_auto_priority", kNote, kOwnProcess},
    {"min_auto_priority_delay", kNote, kOwnProcess},
    {"vrrp_netlink_*", kNote, kOwnProcess},
    {"process_monitor_*", kNote, kOwnProcess},
    {"vrrp_rx_bufs_*", kNote, kOwnProcess},
    {"rs_init_notifies", kNote, kOwnProcess},
    {"umask", kNote, kOwnProcess},
    {"random_seed", kNote, kOwnProcess},
    {"reload_*", kNote, kOwnProcess},
    {"data_use_instance", kNote, kOwnProcess},
    {"include_check", kNote, kOwnProcess},
    {"fifo_write_vrrp_states_on_reload", kNote, kOwnProcess},
});

constexpr auto kInstance = std::to_array<Verdict>({
    {"virtual_routes", kToDo, kRoutes},
    {"virtual_rules", kToDo, kRoutes},
    {"track_bfd", kToDo, "is not carried over: wslb has no BFD"},
    {"no_accept", kToDo,
     "is not carried over: wslb's VIPs are to be connected to; drop the rest "
     "by a firewall rule"},
    {"vrf", kToDo, "is not carried over: bind the unit to the VRF (ip vrf exec)"},
    {"use_ipvlan", kToDo, "is not carried over: leave it out, or use 'use-vmac'"},
    {"use_vmac_addr", kToDo, "is not carried over: use 'use-vmac' for the whole section"},
    {"mcast_dst_ip", kToDo,
     "is not carried over: wslb sends to 224.0.0.18 or ff02::12; use "
     "'transport unicast' if that must not be"},
    {"promote_secondaries", kToDo,
     "is not carried over: set net.ipv4.conf.all.promote_secondaries "
     "to 1 by sysctl"},
    {"down_timer_adverts", kToDo,
     "is not carried over: a silent router is dead after three "
     "adverts, as RFC 9568 says; change 'advert' if need be"},
    {"garp_*", kNote, kAnnounces},
    {"smtp_alert", kToDo, kMail},
    {"vmac_xmit_base", kNote, "is not needed: wslb's adverts leave by the interface itself"},
    {"native_ipv6", kNote, "is not needed: the addresses say so"},
    {"dont_track_primary", kNote,
     "is not carried over: a VIP on a link that is down serves nobody"},
    {"track_src_ip", kNote, "is not needed: wslb notices an own address that is gone"},
    {"check_unicast_src", kNote, kChecks},
    {"skip_check_adv_addr", kNote, kChecks},
    {"strict_mode", kNote, kChecks},
    {"unicast_fault_no_peer", kNote, kChecks},
    {"unicast_ttl", kToDo, "is not carried over: wslb's unicast adverts have the TTL 255"},
    {"old_unicast_checksum", kNote,
     "is not needed: wslb takes both forms and answers in the one "
     "that it hears"},
    {"lower_prio_no_advert", kNote, "is not needed: wslb answers as RFC 9568 says"},
    {"higher_prio_send_advert", kNote, "is not needed: wslb answers as RFC 9568 says"},
    {"accept", kNote, "is not needed: wslb's VIPs are to be connected to"},
    {"preempt", kNote, "is the default of Keepalived, and written out in the result"},
    {"debug", kNote, kOwnProcess},
    {"notify_priority_changes", kNote, "is not needed: 'wslbctl events' has them"},
    {"kernel_rx_buf_size", kNote, kOwnProcess},
    {"linkbeat_use_polling", kNote, "is not needed: wslb hears of links from the kernel"},
    {"lvs_sync_daemon_interface", kNote, "is about LVS"},
});

constexpr auto kGroup = std::to_array<Verdict>({
    {"track_bfd", kToDo, "is not carried over: wslb has no BFD"},
    {"smtp_alert", kToDo, kMail},
    {"global_tracking", kNote, "is not needed: a group of wslb is in fault as a whole"},
    {"sync_group_tracking_weight", kNote, "is not needed: wslb has no weights"},
    {"notify_priority_changes", kNote, "is not needed: 'wslbctl events' has them"},
});

std::span<const Verdict> verdicts_of(Scope scope) {
  switch (scope) {
    case Scope::File:
      return kFile;
    case Scope::Globals:
      return kGlobals;
    case Scope::Instance:
      return kInstance;
    case Scope::Group:
      return kGroup;
  }
  return {};
}

bool fits(std::string_view pattern, std::string_view keyword) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == keyword;
  const std::string_view end = pattern.substr(star + 1);
  return keyword.size() >= star + end.size() && keyword.starts_with(pattern.substr(0, star)) &&
         keyword.ends_with(end);
}

bool is_off(const Block& statement) {
  return statement.argument() == "off" || statement.argument() == "no" ||
         statement.argument() == "false";
}

// A script that does something to HAProxy does so for a proxy that wslb replaces.
void tell_of_notify(const Block& statement, Remarks& remarks) {
  const std::string& script = statement.argument();
  const bool starts_haproxy =
      script.find("haproxy") != std::string::npos &&
      (script.find("systemctl") != std::string::npos ||
       script.find("service") != std::string::npos || script.find("init.d") != std::string::npos);
  const std::string what = "'" + std::string(statement.keyword()) + "' ";
  if (starts_haproxy) {
    return remarks.note(statement.where,
                        what +
                            "is not needed: wslb-proxy serves on both hosts all the time, and "
                            "binds the VIP before it is there");
  }
  remarks.todo(statement.where,
               what +
                   "is not carried over: wslb runs 'notify PROGRAM' of its vrrp section with "
                   "WSLB_STATE and more in the environment instead of arguments, without root; "
                   "adapt '" +
                   script + "' and write the line");
}

}  // namespace

void tell_verdict(Scope scope, const Block& statement, Remarks& remarks) {
  const std::string_view keyword = statement.keyword();
  const std::string quoted = "'" + std::string(keyword) + "' ";
  const bool may_notify = scope == Scope::Instance || scope == Scope::Group;
  if (may_notify && keyword.starts_with("notify") && keyword != "notify_priority_changes") {
    return tell_of_notify(statement, remarks);
  }
  std::vector<std::string_view> known;
  for (const Verdict& verdict : verdicts_of(scope)) {
    known.push_back(verdict.keyword);
    if (!fits(verdict.keyword, keyword)) continue;
    const std::string text = quoted + std::string(verdict.text);
    if (verdict.kind == kNote || is_off(statement)) return remarks.note(statement.where, text);
    return remarks.todo(statement.where, text);
  }
  remarks.todo(statement.where, quoted + "is no keyword of Keepalived 2.2 that import knows here" +
                                    config::did_you_mean(keyword, known) +
                                    "; it is left out: see whether you need it");
}

}  // namespace wslb::ctl::migration
