"""100,000 packets that mean harm, sent to a live pair: random ones, real ones with bits changed,
forged ones, and with `auth hmac` unsigned, wrongly signed and replayed ones."""
import base64
import random
import socket
import struct
import time

import pytest

from .adverts import GROUP, MALFORMED, Forger, advert
from .clock import now_ms, wait_until
from .configuration import VRID
from .frame import checksum
from .solo import kind_under_test

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

CHUNK, PAUSE_S = 100, 0.008
FORGER = "10.77.0.66"


def random_bytes(dice, _):
    length = dice.choice([0, 1, 2, 7, 8, 11, 12, 13, 20, 28, 40, dice.randrange(1400)])
    return own_vrid(dice, dice.randbytes(length))


def own_vrid(dice, packet):
    """Mostly of our VRID: others do not get past the kernel."""
    return packet[:1] + bytes([VRID]) + packet[2:] if dice.random() < 0.9 else packet


def mutated(dice, recorded):
    packet = bytearray(dice.choice(recorded))
    for _ in range(dice.randrange(1, 5)):
        packet[dice.randrange(len(packet))] ^= 1 << dice.randrange(8)
    if dice.random() < 0.3:
        packet = packet[:dice.randrange(len(packet))]
    if dice.random() < 0.1:
        packet += dice.randbytes(dice.randrange(1, 60))
    return own_vrid(dice, bytes(packet))


def malformed(dice, _):
    return dice.choice([one["payload"] for one in MALFORMED.values() if "ttl" not in one])


def unsigned(dice, _):
    """What would win, or make the active one give up, were it believed."""
    return advert(VRID, dice.choice([0, 1, 200, 253, 254, 255]),
                  interval_cs=dice.choice([1, 10, 4095]))


def wrongly_signed(dice, recorded):
    """A real one with another priority, interval, key or signature, and a right checksum."""
    packet = bytearray(dice.choice(recorded))
    packet[2] = dice.choice([0, 254, 255])
    packet[dice.randrange(12, len(packet))] ^= 1 << dice.randrange(8)
    packet[6:8] = bytes(2)
    packet[6:8] = struct.pack("!H", checksum(bytes(packet[:12])))
    return bytes(packet)


def replayed(dice, recorded):
    return dice.choice(recorded)


def would_be_good(packet, source):
    """Whether an unsigned packet is right by chance: then it is none of these."""
    if len(packet) != 12 or packet[0] != 0x31 or packet[1] != VRID or packet[3] != 1:
        return False
    pseudo = socket.inet_aton(source) + socket.inet_aton(GROUP) + struct.pack("!BBH", 0, 112, 12)
    return any(checksum(head + packet) == 0 for head in (b"", pseudo))


def raw_drops(host):
    """Packets that the kernel dropped since a raw socket's buffer was full."""
    table = host.run("cat", "/proc/net/raw").stdout.splitlines()[1:]
    return sum(int(line.split()[-1]) for line in table)


class Attack:
    """On a bed's pair, with packets that come from a stranger or seem to come from the active
    router."""

    def __init__(self, bed):
        self.bed = bed
        self.active = bed.pair.wait_settled()
        self.backup = bed.pair.other(self.active)
        self.forger = Forger(bed.network.add_host("forger", FORGER))
        wait_until(lambda: len(self.genuine(0)) >= 20, 10, "some adverts are recorded")
        self.begin = now_ms()
        self.before = {host: bed.pair[host].status() for host in bed.pair.hosts}
        self.arrived = dict.fromkeys(bed.pair.hosts, 0)

    def genuine(self, since_ms):
        return [seen for seen in self.bed.watcher.seen(since_ms, "advert") if seen.priority > 0]

    def run(self, count, kinds, seed):
        dice = random.Random(seed)
        recorded = [bytes.fromhex(seen.message) for seen in self.genuine(0)]
        for number in range(count):
            kind = dice.choice(kinds)
            packet, source = kind(dice, recorded), dice.choice([FORGER, self.active.address])
            if kind is not unsigned and would_be_good(packet, source):
                continue
            self.forger.forge(source, packet)
            for host in self.bed.pair.hosts:
                # Neither a host's own address as the source nor another VRID gets past the kernel.
                self.arrived[host] += source != host.address and (
                    len(packet) < 2 or packet[1] == VRID)
            if number % CHUNK == 0:
                time.sleep(PAUSE_S)

    def assert_nothing_happened(self):
        for host in self.bed.pair.hosts:
            then, now = self.before[host], self.bed.pair[host].status()
            for key in ("state", "since", "priority"):
                assert now["vrrp"][0][key] == then["vrrp"][0][key], host
        assert self.bed.pair.owners() == [self.active]
        assert self.bed.watcher.owners() == {self.active.name}
        assert {seen.source for seen in self.bed.watcher.seen(self.begin, "advert")} == {
            self.active.address}

    def assert_counters_add_up(self, host):
        """Every packet was counted as received or refused, or did not fit into the socket."""
        def total(status):
            return sum(value for name, value in status["counters"].items()
                       if name.startswith("public/refused-")
                       or name in ("public/adverts-received", "public/authentic-but-old"))
        genuine = len(self.genuine(self.begin)) if host is self.backup else 0
        counted = total(self.bed.pair[host].status()) - total(self.before[host])
        missing = self.arrived[host] + genuine - counted - raw_drops(host)
        assert abs(missing) <= 5, (missing, self.arrived[host], genuine, counted)


def test_forged_packets_change_nothing(make_bed):
    bed = make_bed(probe=False)
    attack = Attack(bed)
    attack.run(100_000, [random_bytes, mutated, malformed], seed=1)
    attack.assert_nothing_happened()
    for host in bed.pair.hosts:
        attack.assert_counters_add_up(host)


@pytest.fixture
def signed_bed(make_bed, tmp_path):
    secret = tmp_path / "cluster.key"
    secret.write_text(base64.b64encode(bytes(range(32))).decode() + "\n")
    secret.chmod(0o400)
    return make_bed(probe=False, secret_file=secret, auth="hmac enforce")


def test_forged_packets_change_nothing_where_adverts_are_signed(signed_bed):
    attack = Attack(signed_bed)
    attack.run(100_000, [random_bytes, mutated, unsigned, wrongly_signed, replayed], seed=2)
    attack.assert_nothing_happened()
    for host in signed_bed.pair.hosts:
        attack.assert_counters_add_up(host)
    counters = signed_bed.pair[attack.backup].status()["counters"]
    for reason in ("unsigned", "forged", "replayed"):
        assert counters[f"public/refused-{reason}"] > 1000, counters


def test_replays_do_not_keep_a_dead_router_alive(signed_bed):
    attack = Attack(signed_bed)
    recorded = [bytes.fromhex(seen.message) for seen in attack.genuine(0)]
    fault = signed_bed.pair.power_off(attack.active)

    def taken_over():
        for packet in recorded:
            attack.forger.forge(attack.active.address, packet)
        return signed_bed.watcher.owners() == {attack.backup.name}
    wait_until(taken_over, 5, "the backup takes over in the middle of replays")
    assert now_ms() - fault <= 1000
