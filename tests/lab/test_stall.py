"""The agent killed or stopped for a while: what a third host sees of it."""
import pytest

from .clock import now_ms, wait_until
from .configuration import VIP
from .solo import kind_under_test

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

LEASE_MS = 1200   # of 1 s, and what the kernel takes to act
MARGIN_MS = 250   # for a busy machine and sanitizers
OVERLAP_MS = 100  # two owners while a take-over is under way


def down_ms(advert_ms, priority=199):
    return 3 * advert_ms + (256 - priority) / 256 * advert_ms


def adverts(bed, host, since_ms, until_ms=float("inf")):
    return [seen for seen in bed.watcher.seen(since_ms, "advert")
            if seen.source == host.address and seen.at < until_ms]


def gap_ms(bed, since_ms):
    """The longest time in which nobody answered for the VIP."""
    times = [seen.at for seen in bed.watcher.seen(since_ms, "answer")]
    return max(after - before for before, after in zip(times, times[1:]))


@pytest.mark.parametrize("pause_ms", [0, 800, 1500])
def test_agent_killed_and_restarted_moves_nothing(make_bed, pause_ms):
    """Inside the Active-Down time of 3.2 s; the longest pause outlives the lease of 1 s."""
    bed = make_bed(advert_ms=1000)
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.prober.wait_steady()
    killed = now_ms()
    bed.pair[active].agent.kill()
    wait_until(lambda: now_ms() >= killed + pause_ms, 5, "the pause")
    bed.pair[active].start_agent()
    bed.pair.wait_active(active, 5)
    restarted = now_ms()
    assert bed.pair.wait_settled() is active
    wait_until(lambda: len(adverts(bed, active, restarted)) >= 2, 5, "it advertises")
    wait_until(lambda: now_ms() > restarted + 1500, 5, "a longer look")
    assert not adverts(bed, other, killed), "the peer has noticed nothing"
    assert {bed.watcher.names[seen.source]
            for seen in bed.watcher.seen(killed, "answer")} == {active.name}
    outage = bed.prober.wait_outage(killed)
    if pause_ms < 1000:
        assert gap_ms(bed, killed) <= 500, "the VIP is away for a moment at most"
        assert outage.served_after <= pause_ms + 1500, outage
    assert outage.late_failures == 0, outage


def test_agent_killed_for_good_leaves_two_owners_no_longer_than_the_lease(make_bed):
    bed = make_bed()
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.prober.wait_steady()
    killed = now_ms()
    bed.pair[active].agent.kill()
    wait_until(lambda: adverts(bed, other, killed), 5, "the peer takes over")
    took = adverts(bed, other, killed)[0].at
    last = adverts(bed, active, 0, took)[-1].at
    assert 300 <= took - last <= down_ms(100) + MARGIN_MS
    wait_until(lambda: now_ms() > killed + LEASE_MS + 300, 5, "the lease has run out")
    ends = [span.end for span in bed.watcher.spans(killed) if span.owner == active.name]
    assert max(ends, default=killed) - killed <= LEASE_MS
    assert bed.watcher.owners() == {other.name}
    assert not any(address.startswith(VIP) for address in active.addresses())
    bed.prober.wait_steady()


@pytest.mark.parametrize("stop_s,advert_ms", [
    (0.2, 200), (0.2, 100), (1, 100), (5, 100), pytest.param(60, 100, marks=pytest.mark.long)])
def test_stopped_agent_says_nothing_stale(make_bed, stop_s, advert_ms):
    bed = make_bed(probe=False, advert_ms=advert_ms)
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    stopped = now_ms()
    bed.pair[active].agent.freeze()
    wait_until(lambda: now_ms() >= stopped + stop_s * 1000, stop_s + 5, "the stop")
    thawed = now_ms()
    bed.pair[active].agent.thaw()
    wait_until(lambda: now_ms() > thawed + 1000, 5, "a second later")
    moved = bool(adverts(bed, other, stopped))
    owner, loser = (other, active) if moved else (active, other)
    assert bed.pair.wait_settled() is owner
    if stop_s * 1000 + advert_ms < 3 * advert_ms - 100:
        assert not moved, "shorter than the Active-Down time"
    if stop_s * 1000 > down_ms(advert_ms) + MARGIN_MS:
        took = adverts(bed, other, stopped)[0].at
        assert took - adverts(bed, active, 0, took)[-1].at <= down_ms(advert_ms) + MARGIN_MS
        stale = adverts(bed, active, thawed)
        assert not stale, "it listens before it speaks"
        assert bed.watcher.double_ms(thawed) == 0
        ends = [span.end for span in bed.watcher.spans(stopped) if span.owner == active.name]
        assert max(ends, default=stopped) - stopped <= LEASE_MS
    assert not adverts(bed, loser, thawed + OVERLAP_MS), "no fight"
    assert bed.watcher.double_ms(thawed) <= OVERLAP_MS
    assert bed.watcher.owners() == {owner.name}
