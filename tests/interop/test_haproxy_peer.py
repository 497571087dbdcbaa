"""Debian's HAProxy as a third peer of the stick tables: entries flow both ways, also while it
reloads."""
import contextlib
import signal

import pytest

from tests.lab.bed import Bed
from tests.lab.clock import wait_until
from tests.lab.configuration import VIP
from tests.lab.http_client import HttpClient

from .trio import THIRD, Trio


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
