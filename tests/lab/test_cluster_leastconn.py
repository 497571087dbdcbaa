"""Two hosts that serve at the same time: `balance leastconn` on one knows the other's tunnels."""
import contextlib
import re
import signal

import pytest

from .bed import Bed
from .clock import now_ms, wait_until
from .configuration import DEFAULTS
from .http_client import HttpClient
from .pair import WslbPair
from .stats_socket import Operator
from .websocket import WebSocket

PORT = 8080
FIGURE = re.compile(r'wslb_server_sessions_elsewhere{proxy="app",server="(\w+)"} (\d+)')
TUNNELS = 20


def proxies(apps, balance="leastconn"):
    servers = "\n".join(f"    server {app.name} {app.endpoint}" for app in apps)
    stats = "global\n    stats socket @STATS@ level admin"
    return f"""{DEFAULTS.replace("global", stats, 1)}
frontend web
    bind *:{PORT}
    http-request use-service prometheus-exporter if {{ path /metrics }}
    default_backend app

backend app
    balance {balance}
{servers}
"""


class BusyPair(WslbPair):
    """Clients come to each host's own address."""

    def __init__(self, network, apps, **options):
        super().__init__(network, apps, proxies(apps, **options))
        for host, wslb in self.wslb.items():
            text = wslb.file.read_text()
            wslb.file.write_text(text.replace("@STATS@", str(host.directory / "stats.sock")))

    @staticmethod
    def operator(host):
        return Operator(host.directory / "stats.sock")


class Clients:
    def __init__(self, bed):
        self.bed = bed
        self.first, self.second = bed.pair.hosts

    def open(self, host, count=TUNNELS):
        """So many tunnels through that host."""
        with self.bed.client.inside():
            return [WebSocket(host.address, PORT) for _ in range(count)]

    def open_to(self, app, host, count=TUNNELS):
        """Likewise, all to one server."""
        others = [other for other in self.bed.apps if other is not app]
        operator = self.bed.pair.operator(host)
        for other in others:
            operator.ask(f"set server app/{other.name} state maint")
        tunnels = self.open(host, count)
        for other in others:
            operator.ask(f"set server app/{other.name} state ready")
        assert servers_of(tunnels) == {app.name: count}
        return tunnels

    def get(self, host, path="/whoami"):
        with self.bed.client.inside():
            client = HttpClient(host.address, PORT)
            answer = client.get(path)
            client.close()
        return answer

    def choices(self, host, count=4):
        """Who answers requests that come through that host one after the other."""
        return {self.get(host).header("X-App") for _ in range(count)}

    def elsewhere(self, host):
        """What that host's proxy knows of the other's connections: {"app1": 20, "app2": 0}"""
        text = self.get(host, "/metrics").body.decode()
        return {name: int(count) for name, count in FIGURE.findall(text)}

    def wait_elsewhere(self, host, one, two, timeout_s=5):
        """-> ms that it took"""
        begun = now_ms()
        wait_until(lambda: self.elsewhere(host) == {"app1": one, "app2": two}, timeout_s,
                   f"{host.name} knows of {one} and {two}")
        return now_ms() - begun


def servers_of(tunnels):
    names = [tunnel.headers["x-app"] for tunnel in tunnels]
    return {name: names.count(name) for name in set(names)}


@pytest.fixture
def busy():
    with contextlib.ExitStack() as stack:
        def make(**options):
            bed = stack.enter_context(Bed(
                lambda network, apps: BusyPair(network, apps, **options), probe=False))
            wait_until(lambda: all(bed.pair[host].status()["peers"][0]["state"] == "connected"
                                   for host in bed.pair.hosts), 10, "the agents connected")
            return Clients(bed)
        yield make


def test_one_host_evens_out_what_the_other_did(busy):
    clients = busy()
    one, two = clients.bed.apps
    first = clients.open_to(one, clients.first)
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    second = clients.open(clients.second)
    assert servers_of(second) == {two.name: TUNNELS}
    clients.wait_elsewhere(clients.first, 0, TUNNELS)
    # Both are even now, so further ones take turns.
    further = clients.open(clients.first, 4)
    assert servers_of(further) == {one.name: 2, two.name: 2}
    clients.wait_elsewhere(clients.second, TUNNELS + 2, 2)
    for tunnel in first:
        tunnel.close()
    clients.wait_elsewhere(clients.second, 2, 2)
    assert clients.choices(clients.second) == clients.choices(clients.first) == {one.name}
    assert len(second) == TUNNELS and len(further) == 4


def test_the_tunnels_of_a_dead_host_do_not_count(busy):
    clients = busy()
    one, two = clients.bed.apps
    first = clients.open_to(one, clients.first)
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    second = clients.open(clients.second)
    assert servers_of(second) == {two.name: TUNNELS}
    clients.bed.pair.power_off(clients.first)
    took = clients.wait_elsewhere(clients.second, 0, 0)
    assert took < 4000, "the peer is silent for 2 s"
    assert servers_of(clients.open(clients.second)) == {one.name: TUNNELS}
    assert len(first) == TUNNELS


def test_a_new_proxy_knows_what_the_other_host_has(busy):
    clients = busy()
    pair = clients.bed.pair
    one, two = clients.bed.apps
    first = clients.open_to(one, clients.first)
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    second = clients.open(clients.second)
    clients.wait_elsewhere(clients.first, 0, TUNNELS)
    pair[clients.second].proxy.kill()
    clients.wait_elsewhere(clients.first, 0, 0)
    pair[clients.second].start_proxy()
    clients.second.wait_listening(PORT)
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    # Its own tunnels have gone on.
    both = {one.name: TUNNELS // 2, two.name: TUNNELS // 2}
    assert servers_of(clients.open(clients.second)) == both
    assert len(first) == len(second) == TUNNELS


def test_a_new_agent_is_told_everything_again(busy):
    clients = busy()
    pair = clients.bed.pair
    tunnels = clients.open_to(clients.bed.apps[0], clients.first)
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    for host in (clients.first, clients.second):
        pair[host].agent.kill()
        clients.wait_elsewhere(clients.second, 0, 0)
        pair[host].start_agent()
        clients.wait_elsewhere(clients.second, TUNNELS, 0)
    assert len(tunnels) == TUNNELS


def test_a_reload_keeps_the_numbers_on_both_hosts(busy):
    clients = busy()
    pair = clients.bed.pair
    one, two = clients.bed.apps
    tunnels = clients.open_to(one, clients.first)
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    for host in (clients.first, clients.second, clients.second):
        process = pair[host].proxy
        before = process.text().count("reload: ")
        process.signal(signal.SIGHUP)
        wait_until(lambda: process.text().count("reload: ") > before, 10, "a reload")
        assert clients.elsewhere(clients.second) == {one.name: TUNNELS, two.name: 0}
    # A server that has gone is told no more, and one that comes back is known again.
    file = pair[clients.second].file
    text = file.read_text()
    for lines in (text.replace(f"    server {one.name} ", "    server other "), text):
        file.write_text(lines)
        pair[clients.second].proxy.signal(signal.SIGHUP)
        wait_until(lambda: ("app1" in clients.elsewhere(clients.second)) == (lines == text), 10,
                   "a reload")
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    for tunnel in tunnels:
        tunnel.close()
    clients.wait_elsewhere(clients.second, 0, 0)


def test_other_algorithms_do_not_mind(busy):
    clients = busy(balance="roundrobin")
    one, two = clients.bed.apps
    tunnels = clients.open_to(one, clients.first)
    clients.wait_elsewhere(clients.second, TUNNELS, 0)
    assert servers_of(clients.open(clients.second, 10)) == {one.name: 5, two.name: 5}
    assert len(tunnels) == TUNNELS
