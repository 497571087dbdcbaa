"""A pair fails over: each fault of the issue once, with margins that suit a busy machine and
sanitizers (bench/failover.py has the figures)."""
import pytest

from .clock import now_ms, wait_until
from .solo import kind_under_test
from .watcher import GAP_MS

pytestmark = pytest.mark.alone

FAULTS = {"power_off": 1500, "stop_cleanly": 500, "fail_over": 500, "kill_proxy": 500}


@pytest.mark.parametrize("method", FAULTS)
def test_new_connections_are_served_again(bed, method):
    active = bed.pair.wait_settled()
    bed.prober.wait_steady()
    fault = getattr(bed.pair, method)(active)
    outage = bed.prober.wait_outage(fault)
    assert outage.served_after < FAULTS[method], outage
    assert outage.late_failures == 0, outage
    assert bed.watcher.owners() == {bed.pair.other(active).name}
    assert bed.watcher.double_ms(fault - 1000) <= outage.served_after + GAP_MS

    bed.pair.restore(active)
    settled = now_ms()
    assert bed.pair.wait_settled() is bed.pair.other(active), "preempt off: the VIP stays"
    bed.prober.wait_steady()
    assert not [a for a in bed.prober.attempts(settled) if not a.good]


wslb_only = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")


@wslb_only
def test_failover_command_there_and_back(bed):
    first = bed.pair.wait_settled()
    second = bed.pair.other(first)
    bed.pair[first].ctl("failover")
    bed.pair.wait_active(second)
    assert bed.pair.wait_settled() is second
    bed.pair[second].ctl("failover", "--to", first.name)
    bed.pair.wait_active(first)
    assert bed.pair.wait_settled() is first


@wslb_only
def test_failover_is_refused_without_a_fit_peer(bed):
    active = bed.pair.wait_settled()
    bed.pair.stop_cleanly(bed.pair.other(active))
    done = bed.pair[active].ctl("failover", check=False)
    assert done.returncode == 1, done
    assert done.stderr.strip(), "the reason is told"
    assert bed.pair[active].vrrp() == "active"
    assert bed.pair.owners() == [active]


@wslb_only
def test_killed_proxy_is_fault_with_a_reason_until_it_is_back(bed):
    active = bed.pair.wait_settled()
    bed.pair.kill_proxy(active)
    wait_until(lambda: bed.pair[active].vrrp() == "fault", 5, "fault")
    status = bed.pair[active].status()
    assert status["proxy"]["state"] == "down"
    assert "proxy" in status["vrrp"][0]["reason"]
    bed.pair[active].start_proxy()
    wait_until(lambda: bed.pair[active].vrrp() == "backup", 5, "backup")
    assert bed.pair[active].status()["proxy"]["restarts"] == 1


@wslb_only
def test_stopped_proxy_moves_the_vip_and_is_welcome_when_it_wakes(bed):
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.pair[active].proxy.freeze()
    bed.pair.wait_active(other)
    assert "does not answer" in bed.pair[active].status()["vrrp"][0]["reason"]
    bed.pair[active].proxy.thaw()
    wait_until(lambda: bed.pair[active].vrrp() == "backup", 5, "backup")
    assert bed.pair.owners() == [other]


@wslb_only
def test_killed_backup_proxy_moves_nothing(bed):
    active = bed.pair.wait_settled()
    backup = bed.pair.other(active)
    bed.prober.wait_steady()
    fault = bed.pair.kill_proxy(backup)
    wait_until(lambda: bed.pair[backup].vrrp() == "fault", 5, "the backup is in fault")
    assert bed.prober.wait_outage(fault).failed == 0
    assert bed.pair.owners() == [active]


@wslb_only
def test_both_proxies_dead_then_one_back(bed):
    active = bed.pair.wait_settled()
    backup = bed.pair.other(active)
    bed.pair.kill_proxy(backup)
    bed.pair.kill_proxy(active)
    wait_until(lambda: not bed.pair.owners(), 5, "nobody owns the VIP")
    bed.pair[backup].start_proxy()
    bed.pair.wait_active(backup)
    bed.prober.wait_steady()


def test_cable_pulled_and_mended(bed):
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.prober.wait_steady()
    fault = now_ms()
    active.cut()
    outage = bed.prober.wait_outage(fault)
    assert outage.served_after < 1500, outage
    assert bed.watcher.owners() == {other.name}
    mended = now_ms()
    active.mend()
    assert bed.pair.wait_settled() is other
    assert bed.watcher.double_ms(mended) <= 500
    assert bed.prober.wait_outage(mended).failed == 0


@wslb_only
def test_cable_pulled_is_fault_with_an_event(bed):
    active = bed.pair.wait_settled()
    active.cut()
    wait_until(lambda: bed.pair[active].vrrp() == "fault", 5, "fault")
    assert "lan0" in bed.pair[active].status()["vrrp"][0]["reason"]
    assert active not in bed.pair.owners()
    assert any("lan0" in text for _, _, text in bed.pair[active].events())


@wslb_only
def test_lossy_network_moves_nothing(bed):
    """A tenth of the packets is lost: three adverts in a row seldom are, so at most one move."""
    active = bed.pair.wait_settled()
    begin = now_ms()
    bed.observer.loss(0)
    active.loss(5)
    wait_until(lambda: now_ms() > begin + 3000, 10, "3 s of loss")
    active.loss(0)
    assert bed.pair.wait_settled()
    assert len(bed.watcher.spans(begin)) <= 40
    assert bed.watcher.double_ms(now_ms() - 500) == 0
