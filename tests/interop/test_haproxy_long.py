"""Half an hour (WSLB_LONG_MINUTES) with Debian's HAProxy as a third peer: entries flow both ways
the whole time, over the same connections, and go on doing so after a reload of HAProxy."""
import contextlib
import os
import signal

import pytest

from tests.lab.bed import Bed
from tests.lab.clock import now_ms, wait_until
from tests.lab.configuration import VIP
from tests.lab.http_client import HttpClient
from tests.lab.stats_socket import Operator

from .trio import THIRD, Trio

pytestmark = pytest.mark.long

MINUTES = float(os.environ.get("WSLB_LONG_MINUTES", "30"))
ROUND_MS = 250
QUIET_MS = 10_000  # for so long nobody has hung up: the link has settled
LAG_MAX_S = 5


@pytest.fixture
def bed():
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(Bed(Trio, probe=False, watch=False))


class Rooms:
    """Makes entries on both sides and follows them to the other one."""

    def __init__(self, bed):
        self.bed, self.pair = bed, bed.pair
        self.count = 0
        self.homes = {}  # of the last ones, in their order, and when they were made
        self.looks = 0
        self.lags = {"ours": [], "its": []}

    def app_of(self, address, room):
        with self.bed.client.inside():
            client = HttpClient(address)
        try:
            return client.get(f"/whoami?room={room}").header("X-App")
        finally:
            client.close()

    @staticmethod
    def has(host, room):
        return f"key={room} " in Operator(host.directory / "stats.sock").ask(
            f"show table app key {room}")

    def follow(self, name, made_at, asked_at, hosts):
        room = f"{name}{self.count}"
        home = self.app_of(made_at, room)
        begin = now_ms()
        for host in hosts:
            wait_until(lambda host=host: self.has(host, room), LAG_MAX_S, f"{room} at {host}")
        self.lags[name].append(now_ms() - begin)
        assert self.app_of(asked_at, room) == home, f"{room} asked for at {asked_at}"
        self.homes[room] = home, now_ms()

    def one_round(self):
        due = now_ms() + ROUND_MS
        self.count += 1
        self.follow("ours", VIP, THIRD, [self.pair.old])
        self.follow("its", THIRD, VIP, self.pair.hosts)
        self.look_back()
        wait_until(lambda: now_ms() >= due, 5, "the next round")

    def look_back(self):
        """Those of half a minute ago have their servers, too; they live for a minute."""
        for room, (home, made) in list(self.homes.items()):
            age = now_ms() - made
            if age < 30_000:
                return
            del self.homes[room]
            if age < 45_000:
                assert {self.app_of(VIP, room), self.app_of(THIRD, room)} == {home}, room
                self.looks += 1

    def report(self):
        print(f"{self.looks} rooms were asked for again half a minute later")
        for name, lags in self.lags.items():
            lags.sort()
            print(f"{name}: {len(lags)} rooms, at the other side after p50 "
                  f"{lags[len(lags) // 2]:.1f} ms, p99 {lags[len(lags) * 99 // 100]:.1f} ms, "
                  f"max {lags[-1]:.1f} ms")


def connections(pair):
    """Of the peers protocol, as HAProxy's host sees them: pairs of address and port."""
    listing = pair.old.run("ss", "-Htn", "state", "established",
                           "( sport = :10000 or dport = :10000 )").stdout
    return {tuple(line.split()[2:4]) for line in listing.splitlines()}


def wait_quiet(pair):
    """Where both sides have dialled at the begin, HAProxy hangs up once or twice."""
    seen = [now_ms(), connections(pair)]

    def quiet():
        now = connections(pair)
        if now != seen[1] or len(now) != len(pair.hosts):
            seen[:] = now_ms(), now
        return now_ms() - seen[0] > QUIET_MS
    wait_until(quiet, 60, "the peers keep their connections", 0.2)
    return seen[1]


def complaints(pair):
    return sum(wslb.agent.text().count("no connection with HAProxy")
               for wslb in pair.wslb.values())


def run_for(minutes, rooms, kept):
    end = now_ms() + minutes * 60_000
    before = complaints(rooms.pair)
    while now_ms() < end:
        rooms.one_round()
        assert connections(rooms.pair) == kept
    assert complaints(rooms.pair) == before


def test_haproxy_stays_in_step(bed):
    rooms = Rooms(bed)
    kept = wait_quiet(bed.pair)
    run_for(MINUTES, rooms, kept)
    shown = Operator(bed.pair.old.directory / "stats.sock").ask("show peers")
    assert shown.count("proto_err=0") == 3, shown
    rooms.report()
    bed.pair.haproxy.signal(signal.SIGUSR2)
    kept = wait_quiet(bed.pair)
    run_for(min(MINUTES, 1), rooms, kept)
    print(f"{MINUTES:g} minutes on {len(kept)} connections, then a reload of HAProxy")
