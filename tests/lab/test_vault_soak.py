"""Kills, one a second, for an hour: nothing is lost, and whoever lives on has at the end what it
had at first. `./dev lab -m long tests/lab/test_vault_soak.py`; WSLB_SOAK_MINUTES says how long.
"""
import os
import pathlib
import time
from collections import Counter

import pytest

from .clock import now_ms, wait_until
from .configuration import VIP
from .flow import Flow, Server
from .solo import kind_under_test
from .vault_bed import kill_agent_and_restart, kill_and_restart, make_vault_bed, story
from .wslb import binary

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

MINUTES = int(os.environ.get("WSLB_SOAK_MINUTES", "60"))
PORT = 3900
LASTING = 200  # tunnels that live as long as the soak does
PASSING = 40  # and those that are replaced again and again
KILLS_OF_PASSING = 20
KILLS_OF_WARM_UP = 10
# What a sanitizer keeps of freed memory grows until its own limit.
IS_SANITIZED = any(word in binary("wslb-agent").read_bytes()
                   for word in (b"__asan_init", b"__tsan_init"))
MEMORY_SLACK = 4 << 20


@pytest.fixture
def bed():
    with make_vault_bed(PORT, lambda host: Server(host, PORT)) as made:
        yield made
        wrong = made.pair.stop()
        assert not wrong, "\n".join(wrong)


class Use:
    """What one process has: descriptors and resident bytes."""

    def __init__(self, process):
        proc = pathlib.Path(f"/proc/{process.pid}")
        self.descriptors = len(list((proc / "fd").iterdir()))
        self.bytes = int((proc / "statm").read_text().split()[1]) * 4096

    def __str__(self):
        return f"{self.descriptors} descriptors, {self.bytes / 1e6:.1f} MB"


def is_flat(first, last):
    grown = last.bytes - first.bytes
    # New connections come and go while it is counted.
    return (abs(last.descriptors - first.descriptors) <= PASSING
            and (IS_SANITIZED or grown <= max(MEMORY_SLACK, first.bytes // 10)))


class Soak:
    def __init__(self, bed):
        self.bed = bed
        self.active = bed.pair.wait_settled()
        self.wslb = bed.pair[self.active]
        self.lasting = Flow(bed.client, VIP, LASTING, pause_ms=500, bulk=1)
        self.passing = self.new_passing()
        self.passed = 0
        bed.probe(interval_ms=20)
        bed.prober.wait_steady()

    def new_passing(self):
        return Flow(self.bed.client, VIP, PASSING, pause_ms=100, bulk=0)

    def replace_passing(self):
        result = self.passing.end()
        assert not result["lost"], story(self.bed, result["lost"])
        self.passed += result["bytes"]
        self.passing = self.new_passing()

    def kill(self, who):
        begun = now_ms()
        self.lasting.mark()
        if who == "proxy":
            kill_and_restart(self.wslb)
        else:
            kill_agent_and_restart(self.wslb)
        wait_until(lambda: now_ms() > begun + 1000, 5, "some traffic")

    def run(self, minutes, killed, survivor):
        """Kills for so long -> the number of kills, and the use of who survives, early and late."""
        until = time.monotonic() + 60 * minutes
        uses = []
        kills = 0
        while time.monotonic() < until or kills <= KILLS_OF_WARM_UP:
            self.kill(killed[kills % len(killed)])
            kills += 1
            if kills % KILLS_OF_PASSING == 0:
                self.replace_passing()
            if survivor and kills >= KILLS_OF_WARM_UP:
                uses.append(Use(survivor()))
        return kills, uses[0] if uses else None, uses[-1] if uses else None

    def end(self):
        self.replace_passing()
        results = [self.passing.end(120), self.lasting.end(120)]
        self.bed.prober.wait_steady()
        for result in results:
            assert not result["lost"], story(self.bed, result["lost"])
        self.passed += sum(result["bytes"] for result in results)
        return Counter(attempt.result for attempt in self.bed.prober.attempts())


@pytest.mark.long
@pytest.mark.timeout(MINUTES * 90)
def test_an_hour_of_kills(bed):
    soak = Soak(bed)
    wslb = soak.wslb
    total = 0
    for killed, name, survivor in [(["proxy"], "agent", lambda: wslb.agent),
                                   (["agent"], "proxy", lambda: wslb.proxy),
                                   (["proxy", "agent"], "nobody", None)]:
        kills, first, last = soak.run(MINUTES / 3, killed, survivor)
        total += kills
        print(f"{kills} kills of the {' and the '.join(killed)}; {name}: {first} -> {last}",
              flush=True)
        assert survivor is None or is_flat(first, last)
    probes = soak.end()
    print(f"{total} kills, {soak.passed / 1e9:.1f} GB, new connections: {dict(probes)}")
    assert sum(probes.values()) - probes["200"] - probes["502"] <= 1 + total // 100, probes
    assert bed.pair.owners() == [soak.active], "the VIP has not moved"
