"""`wslbctl import`: five typical pairs of Keepalived and HAProxy, and wslb in their place. Both run
side by side, each in a network of its own, through the same story: the VIPs are on the same hosts
at each step, and the same backends answer."""
import subprocess

import pytest

from tests.lab.wslb import binary

from .imported_pair import OriginalPair, PAIRS, WslbPair, import_arguments

# Whether Keepalived too gives the VIP up when its HAProxy is gone; and what import says is to be
# done before wslb runs beside a Keepalived of the pair.
PAIRS_KNOWN = {"classic": (True, ["authentication"]), "unicast": (False, []),
               "shared_file": (True, []), "sync_group": (False, []), "two_vips": (True, [])}


@pytest.fixture(params=sorted(PAIRS_KNOWN))
def both(request):
    pairs = []
    try:
        for kind in (OriginalPair, WslbPair):
            pairs.append(kind(request.param))
        yield pairs
        if getattr(request.node, "failed", False):
            for pair in pairs:
                for log in sorted(pair.network.directory.glob("lb*/*.log")):
                    print(f"--- {pair.kind} {log.parent.name}/{log.name}\n"
                          f"{log.read_text(errors='replace')[-3000:]}")
        assert not pairs[1].confessions()
    finally:
        for pair in pairs:
            pair.close()


def owners_of(pair, lost):
    """Where the VIPs belong by the priorities that the files give."""
    first = {"10.77.0.100": "lb1", "10.77.0.101": "lb2" if pair.name == "two_vips" else "lb1"}
    other = {"lb1": "lb2", "lb2": "lb1"}
    return {vip: other[first[vip]] if first[vip] in lost else first[vip] for vip in pair.vips}


def test_the_same_hosts_and_backends(both):
    original, wslb = both
    watches, _ = PAIRS_KNOWN[wslb.name]
    stays = wslb.name == "unicast"  # nopreempt
    for pair in both:
        # One after the other, as after a power cut of the site: the better one first.
        for name in ("lb1", "lb2"):
            pair.start(name)
            if name == "lb1":
                pair.wait_owners(owners_of(pair, {"lb2"}))
    for pair in both:
        pair.wait_owners(owners_of(pair, set()))
    assert original.answers() == wslb.answers()
    assert original.loyalty() == wslb.loyalty()
    rooms = [pair.room() for pair in both]
    if watches:
        for pair in both:
            pair.kill_proxy("lb1")
        for pair in both:
            pair.wait_owners(owners_of(pair, {"lb1"}))
        for pair in both:
            pair.start_proxy("lb1")
        for pair in both:
            pair.wait_owners(owners_of(pair, set()))
    for pair in both:
        pair.wait_in_step()
        pair.power_off("lb1")
    for pair in both:
        pair.wait_owners({vip: "lb2" for vip in pair.vips})
    assert original.answers() == wslb.answers()
    if wslb.name == "unicast":  # its stick table is shared between the hosts
        assert [len(room) for room in rooms] == [1, 1]
        assert [pair.room() for pair in both] == rooms
    for pair in both:
        pair.hosts["lb1"].power_on()
        pair.start("lb1")
    for pair in both:
        pair.wait_owners(owners_of(pair, {"lb1"} if stays else set()))
    assert original.answers() == wslb.answers()


@pytest.mark.parametrize("name", sorted(PAIRS_KNOWN))
def test_the_result_passes_the_check(name, tmp_path):
    _, expected = PAIRS_KNOWN[name]
    output = tmp_path / "wslb.cfg"
    done = subprocess.run([binary("wslbctl"), "import", "-o", output, *import_arguments(name)],
                          capture_output=True, text=True, check=False)
    remarks = done.stderr.splitlines()
    assert not [line for line in remarks if ": to do: " in line], done.stderr
    beside = [line for line in remarks if ": beside Keepalived: " in line]
    assert len(beside) == 2 * len(expected), "one of each host's file"
    assert all(any(word in line for word in expected) for line in beside), done.stderr
    assert done.returncode == 0 and not done.stdout
    checked = subprocess.run([binary("wslbctl"), "check", output], capture_output=True, text=True,
                             check=False)
    assert checked.returncode == 0, checked.stderr
    # All of haproxy.cfg is there, what wslb has not as comments.
    for line in (PAIRS / name / "haproxy.cfg").read_text().splitlines():
        assert line.replace("/run/haproxy/", "/run/wslb-proxy/") in output.read_text()
