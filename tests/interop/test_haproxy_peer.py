"""Debian's HAProxy as a third peer of the stick tables: entries flow both ways, also while it
reloads."""
import contextlib
import signal

import pytest

from tests.lab.bed import Bed
from tests.lab.clock import wait_until
from tests.lab.configuration import DEFAULTS, VIP
from tests.lab.http_client import HttpClient
from tests.lab.pair import WslbPair
from tests.lab.stats_socket import Operator

THIRD = "10.77.0.13"
NEW_LINE = "\n    "

PEERS = f"""
peers lab
    peer lb1 10.77.0.11:10000
    peer lb2 10.77.0.12:10000
    peer old {THIRD}:10000
"""


def text(apps, bind, stats):
    servers = "\n".join(f"    server {app.name} {app.endpoint}" for app in apps)
    line = f"stats socket {stats} level admin{NEW_LINE}maxconn"
    return f"""{DEFAULTS.replace("maxconn", line, 1)}
{PEERS}
frontend web
    bind {bind}:80
    default_backend app

backend app
    balance roundrobin
    stick-table type string len 32 size 10k expire 60s peers lab
    stick on url_param(room)
{servers}
"""


class Trio(WslbPair):
    """A pair, and a host with HAProxy on its own that shares their table."""

    def __init__(self, network, apps):
        super().__init__(network, apps, text(apps, VIP, "@STATS@"))
        self.old = network.add_host("old", THIRD)
        self.apps = apps

    def start(self):
        for host, wslb in self.wslb.items():
            stats = str(host.directory / "stats.sock")
            wslb.file.write_text(wslb.file.read_text().replace("@STATS@", stats))
        active = super().start()
        file = self.old.directory / "haproxy.cfg"
        file.write_text(text(self.apps, THIRD, self.old.directory / "stats.sock"))
        self.haproxy = self.old.spawn("/usr/sbin/haproxy", "-W", "-db", "-L", "old", "-f", file,
                                      name="haproxy")
        self.old.wait_listening(80)
        return active

    @staticmethod
    def table(host):
        shown = Operator(host.directory / "stats.sock").ask("show table app")
        return {line.split("key=")[1].split()[0] for line in shown.splitlines() if "key=" in line}


@pytest.fixture
def bed():
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(Bed(Trio, probe=False))


def app_of(bed, address, room):
    with bed.client.inside():
        client = HttpClient(address)
        answer = client.get(f"/whoami?room={room}")
        client.close()
    return answer.header("X-App")


def rooms_of(bed, address, name, count=10):
    return {f"{name}{n}": app_of(bed, address, f"{name}{n}") for n in range(count)}


def test_haproxy_follows_our_rooms_and_we_follow_its(bed):
    pair = bed.pair
    ours = rooms_of(bed, VIP, "ours")
    wait_until(lambda: pair.table(pair.old) >= set(ours), 15, "our entries at HAProxy")
    assert {room: app_of(bed, THIRD, room) for room in ours} == ours
    its = rooms_of(bed, THIRD, "its")
    for host in pair.hosts:
        wait_until(lambda host=host: pair.table(host) >= set(its), 15,
                   f"its entries at {host.name}")
    assert {room: app_of(bed, VIP, room) for room in its} == its
    pair.power_off(bed.active)
    other = pair.other(bed.active)
    wait_until(lambda: pair[other].vrrp() == "active", 10, "the other host took over")
    everything = {**ours, **its}
    assert {room: app_of(bed, VIP, room) for room in everything} == everything


def test_entries_flow_through_haproxys_reloads(bed):
    pair = bed.pair
    ours = rooms_of(bed, VIP, "first")
    wait_until(lambda: pair.table(pair.old) >= set(ours), 15, "our entries at HAProxy")
    for turn in range(3):
        pair.haproxy.signal(signal.SIGUSR2)
        its = rooms_of(bed, VIP, f"turn{turn}-")
        ours.update(its)
        wait_until(lambda: pair.table(pair.old) >= set(ours), 20, "all of them after a reload")
    assert {room: app_of(bed, THIRD, room) for room in ours} == ours
