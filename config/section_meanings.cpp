// Of the sections that are no proxies; those of proxies are in proxy_meanings.cpp.
#include <array>

#include "config/keyword_meaning.h"

namespace wslb::config {
namespace {

constexpr auto kSectionMeanings = std::to_array<KeywordMeaning>({
    {"cluster", "node", "a host of the cluster and its own addresses, one of each family"},
    {"cluster", "secret-file",
     "the keys that the agents share: VRRP and their link are authenticated with them"},
    {"cluster", "secret", "runs without a key, which must be written out"},
    {"cluster", "peer-port", "the TCP port of the link between the agents"},
    {"cluster", "proxy",
     "what serves: wslb-proxy, or another program that is watched by pid file and URL"},
    {"cluster", "proxy-command", "the agent starts the proxy, and restarts it"},
    {"cluster", "takeover-after",
     "how long a dead proxy may take to come back before the VIP moves"},
    {"cluster", "status-bind", "where the agent serves its metrics and a status page over HTTP"},
    {"cluster", "vault", "whether the agent keeps the proxy's sockets for its successor"},
    {"vrrp", "interface", "where the VIPs live and the adverts are sent"},
    {"vrrp", "vrid", "the virtual router's number, unique on the link"},
    {"vrrp", "vip", "a floating address; several lines allowed"},
    {"vrrp", "priority", "the fit node with the highest one becomes active"},
    {"vrrp", "advert", "how often the active node advertises itself"},
    {"vrrp", "version", "VRRP's version; 2 is for old routers"},
    {"vrrp", "checksum", "how adverts of version 3 over IPv4 are summed up"},
    {"vrrp", "auth", "whether adverts are signed and must be"},
    {"vrrp", "transport", "to the multicast group, or to each node by itself"},
    {"vrrp", "unicast-peer", "a router outside the cluster; several lines allowed"},
    {"vrrp", "use-vmac", "the VIPs have a MAC address of their own that moves with them"},
    {"vrrp", "preempt", "whether a node of higher priority takes the VIP from an active one"},
    {"vrrp", "lease", "the kernel removes the VIP when the agent has not renewed it for so long"},
    {"vrrp", "group", "sections of one group move together"},
    {"vrrp", "track interface", "another interface that must be up; several lines allowed"},
    {"vrrp", "track file",
     "in fault while the file exists, unless it holds just 0; several lines allowed"},
    {"vrrp", "track check", "in fault while the URL does not answer well; several lines allowed"},
    {"vrrp", "start-delay", "how long the node only listens after its start"},
    {"vrrp", "notify", "a program to run at each change of state"},
    {"global", "daemon", "goes to the background"},
    {"global", "maxconn", "connections of the whole process"},
    {"global", "nbthread", "how many threads serve"},
    {"global", "log", "where log lines go; several lines allowed"},
    {"global", "log-tag", "the program's name in log lines"},
    {"global", "log-send-hostname", "the host's name in log lines"},
    {"global", "pidfile", "where to write the process number"},
    {"global", "stats socket", "where run-time commands are taken; several lines allowed"},
    {"global", "stats maxconn", "clients of each stats socket at a time"},
    {"global", "stats timeout", "how long a client of a stats socket may take for a line"},
    {"global", "tune.wslb.io-uring",
     "whether what came together is passed on by one system call; ours"},
    {"global", "drain-rate",
     "how many WebSockets a second are told to go elsewhere when the proxy is drained; ours"},
    {"global", "ca-base", "where relative paths of ca-file and crl-file begin"},
    {"global", "crt-base", "where relative paths of crt begin"},
    {"global", "ssl-default-bind-ciphers",
     "ciphers up to TLS 1.2 of bind lines that say nothing else"},
    {"global", "ssl-default-bind-ciphersuites", "likewise of TLS 1.3"},
    {"global", "ssl-default-bind-options",
     "versions and tickets of bind lines that say nothing else"},
    {"global", "ssl-default-server-ciphers",
     "ciphers up to TLS 1.2 of servers that say nothing else"},
    {"global", "ssl-default-server-ciphersuites", "likewise of TLS 1.3"},
    {"global", "ssl-default-server-options",
     "versions and tickets of servers that say nothing else"},
    {"global", "ssl-server-verify",
     "whether servers' certificates are checked where their lines say nothing else"},
    {"global", "tune.ssl.lifetime", "how long a TLS session can be resumed"},
    {"global", "tune.ssl.cachesize", "for how many clients without tickets sessions are kept"},
    {"userlist", "group", "a group of users"},
    {"userlist", "user", "a user and the password"},
    {"peers", "peer", "one of those that know the same sticky entries"},
    {"peers", "server", "likewise; without an address it is this one, which bind says"},
    {"peers", "bind", "where this one listens"},
    {"peers", "table", "a stick table of no proxy, called PEERS/NAME elsewhere"},
    {"peers", "disabled", "the section counts for nothing"},
    {"peers", "enabled", "takes disabled back"},
    {"resolvers", "nameserver", "a DNS server to ask; several lines allowed"},
    {"resolvers", "parse-resolv-conf", "the servers of /etc/resolv.conf as well"},
    {"resolvers", "timeout", "between two questions; before a question is asked again"},
    {"resolvers", "resolve_retries", "how often a question is asked again"},
    {"resolvers", "hold", "how long an answer of a kind keeps what was known"},
    {"resolvers", "accepted_payload_size", "the longest answer over UDP"},
    {"http-errors", "errorfile", "the whole answer in the place of an error's page"},
});

}  // namespace

std::span<const KeywordMeaning> section_meanings() {
  return kSectionMeanings;
}

std::string_view meaning_of(std::string_view section, std::string_view keyword) {
  const std::string_view kind =
      section == "defaults" || section == "frontend" || section == "backend" || section == "listen"
          ? "proxy"
          : section;
  for (const auto& meanings : {section_meanings(), proxy_meanings()}) {
    for (const KeywordMeaning& one : meanings) {
      if (one.section == kind && one.keyword == keyword) return one.text;
    }
  }
  return {};
}

}  // namespace wslb::config
