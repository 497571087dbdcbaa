"""Texts of configuration files: wslb.cfg, and what HAProxy and Keepalived need for the same."""
from .host import INTERFACE

VIP = "10.77.0.100"
VIP6 = "fd77::100"
VRID = 51

DEFAULTS = """\
global
    maxconn 4000

defaults
    mode http
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
    timeout http-request 10s
    timeout check 1s
    option redispatch 1
    retries 3
"""


def proxy_section(apps, vip=VIP, port=80, cookie="cookie SRV insert indirect nocache"):
    """A frontend on the VIP and one backend; the same text is valid for wslb and for HAProxy."""
    servers = "\n".join(
        f"    server {app.name} {app.endpoint} check inter 200ms rise 1 fall 2 cookie {app.name}"
        for app in apps)
    return f"""{DEFAULTS}
frontend web
    bind {vip}:{port}
    default_backend app

backend app
    balance roundrobin
    option httpchk GET /status?haproxy=1
    http-check expect status 200
    {cookie}
{servers}
"""


def cluster_section(nodes, vip=VIP, vips=None, advert_ms=100, interface=INTERFACE, version=3,
                    transport="multicast", unicast_peers=(), preempt="off", priorities=None,
                    auth=None, secret_file=None, cluster_extra="", extra=""):
    """Our two sections. `nodes` are tuples of a name and one or two addresses; `vips` replaces
    `vip` ("10.77.0.100/24", ...); `priorities` is {"lb1": 150}; the extras are whole lines."""
    lines = [f"    node {' '.join(node)}" for node in nodes]
    lines.append(f"    secret-file {secret_file}" if secret_file else "    secret none")
    vrrp = [f"    interface {interface}", f"    vrid {VRID}"]
    vrrp += [f"    vip {one}" for one in vips or [f"{vip}/24"]]
    vrrp += [f"    advert {advert_ms}ms", f"    version {version}", f"    transport {transport}"]
    vrrp += [f"    unicast-peer {peer}" for peer in unicast_peers]
    vrrp += [f"    preempt {preempt}"]
    vrrp += [f"    priority {node} {value}" for node, value in (priorities or {}).items()]
    vrrp += [f"    auth {auth}"] if auth else []
    text = "\n".join(["", "cluster lab", *lines]) + "\n" + cluster_extra
    return text + "\n".join(["", "vrrp public", *vrrp]) + "\n" + extra


def keepalived(host, priority, process, track="process", vip=VIP, advert_ms=100):
    """What an expert writes for fast failover: VRRPv3, sub-second adverts, nopreempt, a dead
    HAProxy is a FAULT (no weights); real-time priority and locked memory, as wslb-agent has them
    (rlimit_rttime: by default Keepalived is killed after 10 ms of CPU at once).

    How a dead HAProxy is noticed: `track` "process" is kernel events, "script" the fastest script
    check that there is, each second (whole seconds, at least 1) and with the first failure.
    """
    return f"""net_namespace {host.namespace}

global_defs {{
    router_id {host.name}
    vrrp_version 3
    vrrp_rt_priority 50
    vrrp_rlimit_rttime 1000000
    vrrp_no_swap
    script_user root
}}

vrrp_track_process proxy {{
    process {process}
    weight 0
}}

vrrp_script proxy {{
    script "/usr/bin/killall -0 {process}"
    interval 1
    timeout 1
    fall 1
    rise 1
}}

vrrp_instance public {{
    state BACKUP
    nopreempt
    interface {INTERFACE}
    virtual_router_id {VRID}
    priority {priority}
    advert_int {advert_ms / 1000}
    track_{track} {{
        proxy
    }}
    virtual_ipaddress {{
        {vip}/24
    }}
}}
"""
