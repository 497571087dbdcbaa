#include "config/haproxy_words.h"

#include <array>

#include "config/comma_list.h"

namespace wslb::config {
namespace {

constexpr std::string_view kUnreadSections = "mailers,program,ring,cache,log-forward,fcgi-app";

constexpr std::string_view kPeers = "default-bind,default-server,log";

constexpr std::string_view kGlobal =
    "51degrees-cache-size,51degrees-data-file,51degrees-property-name-list,"
    "51degrees-property-separator,busy-polling,close-spread-time,cluster-secret,cpu-map,debug,"
    "default-path,description,deviceatlas-json-file,deviceatlas-log-level,"
    "deviceatlas-properties-cookie,deviceatlas-separator,expose-experimental-directives,"
    "external-check,fd-hard-limit,grace,h1-accept-payload-with-any-method,h1-case-adjust,"
    "h1-case-adjust-file,h2-workaround-bogus-websocket-clients,hard-stop-after,"
    "httpclient.resolvers.id,httpclient.resolvers.prefer,httpclient.ssl.ca-file,"
    "httpclient.ssl.verify,insecure-fork-wanted,insecure-setuid-wanted,issuers-chain-path,"
    "localpeer,lua-load,lua-load-per-thread,lua-prepend-path,max-spread-checks,maxcompcpuusage,"
    "maxcomprate,maxconnrate,maxpipes,maxsessrate,maxsslconn,maxsslrate,maxzlibmem,"
    "mworker-max-reloads,no-memory-trimming,node,noepoll,nogetaddrinfo,nopoll,noreuseport,"
    "nosplice,numa-cpu-mapping,pp2-never-send-local,presetenv,profiling.tasks,resetenv,"
    "server-state-base,server-state-file,server-state-file-name,set-dumpable,set-var,set-var-fmt,"
    "setenv,spread-checks,ssl-default-bind-curves,ssl-dh-param-file,ssl-engine,"
    "ssl-load-extra-del-ext,ssl-load-extra-files,ssl-mode-async,ssl-propquery,ssl-provider,"
    "ssl-provider-path,ssl-skip-self-issued-ca,strict-limits,thread-group,"
    "thread-groups,tune.comp.maxlevel,"
    "tune.fail-alloc,tune.h2.header-table-size,"
    "tune.h2.initial-window-size,tune.h2.max-concurrent-streams,tune.h2.max-frame-size,"
    "tune.http.cookielen,tune.http.logurilen,tune.http.maxhdr,"
    "tune.idletimer,tune.listener.multi-queue,tune.lua.forced-yield,tune.lua.maxmem,"
    "tune.lua.service-timeout,tune.lua.session-timeout,tune.lua.task-timeout,"
    "tune.pattern.cache-size,tune.peers.max-updates-at-once,"
    ""
    "tune.quic.frontend.conn-tx-buffers.limit,tune.quic.frontend.max-idle-timeout,"
    "tune.quic.frontend.max-streams-bidi,tune.quic.retry-threshold,tune.rcvbuf.client,"
    "tune.rcvbuf.server,"
    "tune.sndbuf.client,tune.sndbuf.server,tune.ssl.capture-buffer-size,"
    "tune.ssl.capture-cipherlist-size,tune.ssl.force-private-cache,tune.ssl.hard-maxrecord,"
    "tune.ssl.keylog,tune.ssl.maxrecord,tune.ssl.ssl-ctx-cache-size,tune.vars.check-max-size,"
    "tune.vars.global-max-size,tune.vars.proc-max-size,tune.vars.reqres-max-size,"
    "tune.vars.sess-max-size,tune.vars.txn-max-size,tune.zlib.memlevel,tune.zlib.windowsize,"
    "ulimit-n,unix-bind,unsetenv,wurfl-cache-size,wurfl-data-file,wurfl-information-list,"
    "wurfl-information-list-separator,zero-warning";

constexpr std::string_view kProxy =
    "clitcpka-cnt,clitcpka-idle,clitcpka-intvl,compression,declare,description,disabled,dispatch,"
    "email-alert,enabled,error-log-format,external-check,filter,"
    "http-check send-state,http-check set-var,http-check set-var-fmt,http-check unset-var,"
    "http-send-name-header,id,load-server-state-from-file,"
    "log-format-sd,max-keep-alive-queue,option abortonclose,option checkcache,"
    "option disable-h2-upgrade,option external-check,option h1-case-adjust-bogus-client,"
    "option h1-case-adjust-bogus-server,option http-ignore-probes,"
    "option http-pretend-keepalive,option http-restrict-req-hdr-names,"
    "option http-use-proxy-header,option httpslog,option idle-close-on-response,"
    "option independent-streams,option ldap-check,option mysql-check,"
    "option nolinger,option pgsql-check,"
    "option smtpchk,option socket-stats,option spop-check,"
    "option ssl-hello-chk,option transparent,rate-limit,"
    "server-state-file-name,srvtcpka-cnt,srvtcpka-idle,srvtcpka-intvl,"
    "stats admin,stats http-request,stats scope,stats show-desc,stats show-modules,stats show-node,"
    "tcp-check send-lf,tcp-check send-binary-lf,tcp-check set-var,"
    "tcp-check set-var-fmt,tcp-check unset-var,tcp-request,tcp-response,"
    "use-fcgi-app";

constexpr auto kMeaninglessGlobal = std::to_array<Meaningless>({
    {"user", "the service manager decides as whom wslb runs"},
    {"group", "the service manager decides as whom wslb runs"},
    {"uid", "the service manager decides as whom wslb runs"},
    {"gid", "the service manager decides as whom wslb runs"},
    {"chroot", "the service manager confines wslb"},
    {"nbproc", "wslb is one process with many threads; see 'nbthread'"},
    {"master-worker", "a reload needs no second process"},
    {"stats bind-process", "wslb is one process with many threads"},
    {"quiet", "wslb prints errors and warnings alone"},
    {"tune.ssl.default-dh-param", "no cipher with finite-field Diffie-Hellman is offered"},
    {"tune.bufsize", "wslb's limits on heads and its buffers are fixed"},
    {"tune.maxrewrite", "wslb's limits on heads and its buffers are fixed"},
    {"tune.maxaccept", "it tunes HAProxy's own event loop"},
    {"tune.maxpollevents", "it tunes HAProxy's own event loop"},
    {"tune.recv_enough", "it tunes HAProxy's own event loop"},
    {"tune.runqueue-depth", "it tunes HAProxy's own event loop"},
    {"tune.sched.low-latency", "it tunes HAProxy's own event loop"},
    {"tune.fd.edge-triggered", "it tunes HAProxy's own event loop"},
    {"tune.idle-pool.shared", "it tunes HAProxy's own connection pools"},
    {"tune.pool-high-fd-ratio", "it tunes HAProxy's own connection pools"},
    {"tune.pool-low-fd-ratio", "it tunes HAProxy's own connection pools"},
    {"tune.buffers.limit", "it tunes HAProxy's own memory"},
    {"tune.buffers.reserve", "it tunes HAProxy's own memory"},
    {"tune.pipesize", "wslb does not splice through pipes"},
    {"nokqueue", "it is about another operating system"},
    {"noevports", "it is about another operating system"},
});

constexpr auto kMeaninglessProxy = std::to_array<Meaningless>({
    {"bind-process", "wslb is one process with many threads"},
});

constexpr auto kRemoved = std::to_array<Removed>({
    {"contimeout", "timeout connect"},
    {"clitimeout", "timeout client"},
    {"srvtimeout", "timeout server"},
    {"redispatch", "option redispatch"},
    {"option forceclose", "option httpclose"},
    {"option http-tunnel", ""},
    {"option http_proxy", ""},
    {"reqadd", "http-request add-header"},
    {"reqidel", "http-request del-header"},
    {"reqdel", "http-request del-header"},
    {"reqrep", "http-request replace-header"},
    {"reqirep", "http-request replace-header"},
    {"reqallow", "http-request allow"},
    {"reqdeny", "http-request deny"},
    {"reqideny", "http-request deny"},
    {"reqtarpit", "http-request tarpit"},
    {"rspadd", "http-response add-header"},
    {"rspdel", "http-response del-header"},
    {"rspidel", "http-response del-header"},
    {"rsprep", "http-response replace-header"},
    {"rspirep", "http-response replace-header"},
    {"rspdeny", "http-response deny"},
    {"reqsetbe", "use_backend"},
    {"block", "http-request deny"},
    {"monitor-net", "http-request return status 200 if { src ADDR }"},
    {"appsession", "cookie"},
});

}  // namespace

Words haproxy_sections() {
  static const auto kWords = split_at_commas(kUnreadSections);
  return kWords;
}

Words haproxy_global_keywords() {
  static const auto kWords = split_at_commas(kGlobal);
  return kWords;
}

Words haproxy_peers_keywords() {
  static const auto kWords = split_at_commas(kPeers);
  return kWords;
}

Words haproxy_proxy_keywords() {
  static const auto kWords = split_at_commas(kProxy);
  return kWords;
}

std::span<const Meaningless> meaningless_global_keywords() {
  return kMeaninglessGlobal;
}
std::span<const Meaningless> meaningless_proxy_keywords() {
  return kMeaninglessProxy;
}
std::span<const Removed> removed_keywords() {
  return kRemoved;
}

}  // namespace wslb::config
