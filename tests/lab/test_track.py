"""`track file` and `track check`: what they find moves the VIP, and lets it come back."""
import pytest

from .app import App
from .bed import Bed
from .clock import wait_until
from .external_pair import ExternalPair


class TrackingPair(ExternalPair):
    """`lines(host)` are a host's own lines of the vrrp section: here the files differ."""

    def __init__(self, network, apps, lines):
        super().__init__(network, apps, preempt="on")
        for host, wslb in self.wslb.items():
            wslb.file.write_text(wslb.file.read_text() + lines(host))


@pytest.fixture
def make_tracked():
    """make_tracked(lines) -> a running Bed; `preempt on`, so that the VIP comes back."""
    beds = []

    def make(lines):
        beds.append(Bed(lambda network, apps: TrackingPair(network, apps, lines), probe=False))
        return beds[-1]

    yield make
    for bed in beds:
        try:
            wrong = bed.pair.stop()
            assert not wrong, "\n".join(wrong)
        finally:
            bed.network.close()


def wait_moved_from(bed, first, reason):
    second = bed.pair.other(first)
    bed.pair.wait_state(first, "fault")
    assert reason in bed.pair[first].status()["vrrp"][0]["reason"]
    bed.pair.wait_state(second, "active")
    assert bed.pair.owners() == [second]
    assert any(kind == "track" and reason in text for _, kind, text in bed.pair[first].events())


def test_tracked_file_moves_the_vip_and_back(make_tracked):
    bed = make_tracked(lambda host: f"    track file {host.directory}/later/down\n")
    first = bed.pair.wait_settled()
    file = first.directory / "later" / "down"
    file.parent.mkdir()
    file.write_text("0\n")
    assert bed.pair.wait_settled() is first
    file.write_text("kernel update\nsecond line\n")
    wait_moved_from(bed, first, "down: kernel update")
    file.unlink()
    wait_until(lambda: bed.pair.settled() is first, 20, "the VIP is back")


def test_failed_tracked_check_moves_the_vip_and_back(make_tracked):
    apps = {}

    def lines(host):
        apps[host] = App(host, f"web-{host.name}", port=3001)
        return "    track check http://127.0.0.1:3001/status inter 100ms fall 3\n"

    bed = make_tracked(lines)
    first = bed.pair.wait_settled()
    first.fetch("http://127.0.0.1:3001/fail", method="POST")
    wait_moved_from(bed, first, "has answered 503 3 times")
    apps[first].heal()
    wait_until(lambda: bed.pair.settled() is first, 20, "the VIP is back")
    apps[first].process.freeze()
    wait_moved_from(bed, first, "has not answered 3 times")
    apps[first].process.thaw()
    wait_until(lambda: bed.pair.settled() is first, 20, "the VIP is back")
