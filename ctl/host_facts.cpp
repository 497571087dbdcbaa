#include "ctl/host_facts.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"
#include "ctl/advert_listener.h"
#include "ctl/agent_facts.h"
#include "ctl/doctor/iptables_rules.h"
#include "ctl/doctor/judge.h"
#include "ctl/doctor/nft_ruleset.h"
#include "ctl/link_facts.h"

namespace wslb::ctl {
namespace {

using doctor::Facts;

// Unless the operator says how long: every command answers within two seconds.
constexpr std::chrono::milliseconds kListensFor{1200};

void read_configuration(Facts& facts) {
  auto text = base::read_file(facts.file);
  if (!text) {
    facts.file_error = text.error().message;
    return;
  }
  config::LoadResult loaded = config::load({{facts.file, std::move(*text)}}, base::environment());
  facts.config_errors = static_cast<std::size_t>(std::ranges::count(
      loaded.diagnostics.all(), config::Severity::Error, &config::Diagnostic::severity));
  facts.config = std::move(loaded.config);
}

void read_sysctls(Facts& facts) {
  std::vector<std::string> names{"net/ipv4/ip_nonlocal_bind", "net/ipv6/ip_nonlocal_bind",
                                 "net/netfilter/nf_conntrack_max",
                                 "net/netfilter/nf_conntrack_count"};
  std::vector<std::string> interfaces{"all"};
  for (const auto& [name, link] : facts.links) interfaces.push_back(name);
  for (const std::string& interface : interfaces) {
    for (const char* name : {"rp_filter", "arp_ignore", "promote_secondaries"}) {
      names.push_back("net/ipv4/conf/" + interface + "/" + name);
    }
    for (const char* name : {"disable_ipv6", "forwarding", "accept_ra"}) {
      names.push_back("net/ipv6/conf/" + interface + "/" + name);
    }
  }
  for (const std::string& name : names) {
    auto text = base::read_file("/proc/sys/" + name);
    if (!text) continue;
    while (text->ends_with('\n')) text->pop_back();
    facts.sysctls[name] = std::move(*text);
  }
}

// The output of a fixed command; nothing where it fails.
std::optional<std::string> output_of(const char* command) {
  FILE* const pipe = ::popen(command, "re");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  std::array<char, 4096> piece{};
  for (std::size_t read = 0; (read = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    text.append(piece.data(), read);
  }
  return ::pclose(pipe) == 0 ? std::optional(text) : std::nullopt;
}

bool is_there(const char* program) {
  return std::ranges::any_of(std::array{"/usr/sbin/", "/sbin/", "/usr/bin/"}, [&](auto folder) {
    return ::access((std::string(folder) + program).c_str(), X_OK) == 0;
  });
}

void read_firewall(Facts& facts) {
  if (::geteuid() != 0) {
    facts.unchecked.emplace_back("the firewall's rules: only root may list them");
    return;
  }
  constexpr auto kPath = "PATH=/usr/sbin:/sbin:/usr/bin timeout 5 ";
  if (is_there("nft")) {
    const auto json = output_of((std::string(kPath) + "nft --json list ruleset 2>&1").c_str());
    auto rules = json ? doctor::parse_nft(*json) : base::Error{"'nft list ruleset' fails"};
    if (rules) {
      facts.nftables = std::move(*rules);
    } else {
      facts.unchecked.push_back("nftables' rules: " + rules.error().message);
    }
  }
  doctor::Ruleset iptables;
  for (const auto& [program, family] :
       {std::pair("iptables-save", "ip"), std::pair("ip6tables-save", "ip6")}) {
    if (!is_there(program)) continue;
    const auto text = output_of((std::string(kPath) + program + " 2>/dev/null").c_str());
    if (text) doctor::add_iptables(*text, family, iptables);
  }
  facts.iptables = std::move(iptables);
}

template <typename Record>
std::string name_or_number(const Record* record, const char* name, unsigned number) {
  return record != nullptr ? std::string(name) : std::to_string(number);
}

void read_key(Facts& facts) {
  if (!facts.config.cluster || !facts.config.cluster->secret_file) return;
  const std::string& path = *facts.config.cluster->secret_file;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      facts.key = doctor::KeyFileFacts{};
    } else {
      facts.unchecked.push_back("the secret file " + path + ": only root may look at it");
    }
    return;
  }
  const passwd* const user = ::getpwuid(status.st_uid);
  const group* const members = ::getgrgid(status.st_gid);
  facts.key = doctor::KeyFileFacts{
      .exists = true,
      .mode = status.st_mode & 0777U,
      .owner = name_or_number(user, user != nullptr ? user->pw_name : "", status.st_uid),
      .group = name_or_number(members, members != nullptr ? members->gr_name : "", status.st_gid)};
}

void read_clock(Facts& facts) {
  timex clock{};
  if (::adjtimex(&clock) < 0) {
    facts.unchecked.emplace_back("whether the clock is synchronised: the kernel does not say");
    return;
  }
  facts.clock_synchronised = (clock.status & STA_UNSYNC) == 0;
}

// It writes the network's configuration unless somebody told it not to.
bool cloud_init_writes_networking() {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::exists("/run/cloud-init", error) || fs::exists("/etc/cloud/cloud-init.disabled", error))
    return false;
  for (const auto& file : fs::directory_iterator("/etc/cloud/cloud.cfg.d", error)) {
    const auto text = base::read_file(file.path());
    const auto network = text ? text->find("network:") : std::string::npos;
    if (network != std::string::npos && text->find("disabled", network) != std::string::npos)
      return false;
  }
  return true;
}

}  // namespace

Facts gather_facts(const DoctorCommand& command, const std::string& run_dir) {
  Facts facts;
  facts.file = command.file;
  facts.own_version = WSLB_VERSION;
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) facts.host_name = name.data();
  read_configuration(facts);
  // From now on, while everything else is looked at.
  std::optional<AdvertListener> listener;
  const bool good = facts.file_error.empty() && facts.config_errors == 0;
  std::vector<std::string> deaf;
  if (good && command.listen.value_or(1) > 0) listener.emplace(facts.config, deaf);
  ask_agent(run_dir, facts);
  facts.links = read_links();
  facts.default_routes = read_default_routes();
  read_sysctls(facts);
  read_firewall(facts);
  read_key(facts);
  read_clock(facts);
  facts.cloud_init_networking = cloud_init_writes_networking();
  // An agent hears for itself, and raises alarms.
  const bool wanted = listener && (!facts.agent || command.listen);
  if (wanted) facts.unchecked.insert(facts.unchecked.end(), deaf.begin(), deaf.end());
  if (wanted && listener->hears()) {
    const auto time = command.listen ? std::chrono::seconds(*command.listen) : kListensFor;
    facts.heard = listener->listen(time);
    facts.listened = time;
  }
  return facts;
}

}  // namespace wslb::ctl
