"""Texts of configuration files: wslb.cfg, and what HAProxy and Keepalived need for the same."""
from .host import INTERFACE

VIP = "10.77.0.100"
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


def cluster_section(nodes, vip=VIP, advert_ms=100, interface=INTERFACE, version=3,
                    transport="multicast", extra=""):
    """Our two sections. `nodes` are pairs of name and address."""
    lines = "\n".join(f"    node {name} {address}" for name, address in nodes)
    return f"""
cluster lab
{lines}
    secret none

vrrp public
    interface {interface}
    vrid {VRID}
    vip {vip}/24
    advert {advert_ms}ms
    version {version}
    transport {transport}
    preempt off
{extra}"""


def keepalived(host, priority, process, vip=VIP, advert_ms=100):
    """What an expert writes for fast failover: VRRPv3, sub-second adverts, nopreempt, a dead
    HAProxy is a FAULT (no weights) and is noticed by kernel events (`track_process`); real-time
    priority and locked memory, as wslb-agent has them.
    """
    return f"""net_namespace {host.namespace}

global_defs {{
    router_id {host.name}
    vrrp_version 3
    vrrp_rt_priority 50
    vrrp_no_swap
}}

vrrp_track_process proxy {{
    process {process}
    weight 0
}}

vrrp_instance public {{
    state BACKUP
    nopreempt
    interface {INTERFACE}
    virtual_router_id {VRID}
    priority {priority}
    advert_int {advert_ms / 1000}
    track_process {{
        proxy
    }}
    virtual_ipaddress {{
        {vip}/24
    }}
}}
"""
