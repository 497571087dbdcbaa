"""A pair whose agents keep what the proxies have, and the kills that it is for."""
from .bed import Bed
from .clock import wait_until
from .configuration import VIP
from .pair import WslbPair

PATIENCE = "    vault on\n    takeover-after 3s\n"


def make_vault_bed(port, serve=None, frontend="", server="", extra=PATIENCE, settings=""):
    """`serve(host)` starts what the backends are, on that port; None: the apps."""
    def proxies(hosts):
        servers = "\n".join(f"    server {host.name} {host.address}:{port} {server}"
                            for host in hosts)
        return f"""
global
    maxconn 9000
{settings}

defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h

frontend web
    bind {VIP}:80
{frontend}
    default_backend app

backend app
    balance roundrobin
{servers}
"""

    def make(network, apps):
        for app in apps if serve else ():
            serve(app.host)
        # Slow adverts: how soon a restarted agent says that it is there is not the question here.
        return WslbPair(network, apps, proxies([app.host for app in apps]), advert_ms=1000,
                        cluster_extra=extra)

    return Bed(make, probe=False)


def wait_for_successor(wslb, before):
    def serves():
        proxy = (wslb.status() or {}).get("proxy", {})
        return proxy.get("state") == "up" and proxy["pid"] != before
    wait_until(serves, 10, "the successor serves")


def kill_and_restart(wslb):
    before = wslb.status()["proxy"]["pid"]
    wslb.proxy.kill()
    wslb.start_proxy()
    wait_for_successor(wslb, before)


def kill_agent_and_restart(wslb):
    wslb.agent.kill()
    wslb.start_agent()
    wait_until(lambda: wslb.proxy_state() == "up", 10, "it is back")


def story(bed, lost):
    logs = [log for host in bed.pair.hosts for log in sorted(host.directory.glob("wslb*.log"))]
    return "\n".join([*map(str, lost), *(f"--- {log}\n{log.read_text()[-6000:]}" for log in logs)])
