"""A proxy that is killed or restarted costs no connection: its successor goes on at the byte."""
import signal
from collections import Counter

import pytest

from .clock import now_ms, wait_until
from .configuration import VIP
from .flow import Flow, Server
from .solo import kind_under_test
from .vault_bed import (kill_agent_and_restart, kill_and_restart, make_vault_bed, story,
                        wait_for_successor)

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

PORT = 3900


@pytest.fixture
def bed(request):
    settings = getattr(request, "param", "")
    with make_vault_bed(PORT, lambda host: Server(host, PORT), settings=settings) as made:
        yield made
        wrong = made.pair.stop()
        assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("tunnels", [1, 60])
@pytest.mark.parametrize("bed", ["    tune.wslb.io-uring on", "    tune.wslb.io-uring off"],
                         indirect=True, ids=["io_uring", "send"])
def test_no_byte_is_lost_when_the_proxy_is_killed(bed, tunnels):
    active = bed.pair.wait_settled()
    flow = Flow(bed.client, VIP, tunnels, pause_ms=20)
    for _ in range(5):
        begun = now_ms()
        kill_and_restart(bed.pair[active])
        wait_until(lambda: now_ms() > begun + 500, 5, "some traffic")
    result = flow.end()
    assert not result["lost"], result["lost"]
    assert result["bytes"] > 0
    assert bed.pair.owners() == [active], "the VIP has not moved"


@pytest.mark.parametrize("who", ["proxy", "agent", "both in turn"])
@pytest.mark.parametrize("tunnels, kills",
                         [(100, 6), pytest.param(2000, 300, marks=pytest.mark.long)])
def test_nothing_is_lost_by_kills_in_a_row(bed, who, tunnels, kills):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, tunnels, pause_ms=1000, bulk=4)
    bed.probe(interval_ms=20)
    bed.prober.wait_steady()
    for turn in range(kills):
        begun = now_ms()
        flow.mark()
        if who == "proxy" or (who == "both in turn" and turn % 2 == 0):
            kill_and_restart(wslb)
        else:
            kill_agent_and_restart(wslb)
        wait_until(lambda: now_ms() > begun + 1000, 5, "some traffic")
    result = flow.end(120)
    bed.prober.wait_steady()
    probes = Counter(attempt.result for attempt in bed.prober.attempts())
    print(f"{kills} kills ({who}), {tunnels} tunnels, {result['bytes']} bytes; a tunnel's longest"
          f" stall after a kill: p50 {result['p50']}, p99 {result['p99']}, max {result['max']} ms;"
          f" new connections: {dict(probes)}")
    assert not result["lost"], story(bed, result["lost"])
    # A request that was on its way to a server when the proxy died is answered 502.
    assert sum(probes.values()) - probes["200"] - probes["502"] <= 1 + kills // 100, probes
    assert bed.pair.owners() == [active], "the VIP has not moved"


def test_both_at_once_end_the_connections_and_nothing_else(bed):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 10, pause_ms=20)
    wslb.proxy.kill()
    wslb.agent.kill()
    bed.pair.restore(active)
    assert len(flow.end()["lost"]) == 10, "nobody was left who had them"
    flow = Flow(bed.client, VIP, 10, pause_ms=20)
    assert not flow.end()["lost"]


def test_a_restart_ends_nothing(bed):
    """As `systemctl restart` and a package's upgrade do it."""
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 60, pause_ms=20)
    for _ in range(4):
        before = wslb.status()["proxy"]["pid"]
        assert wslb.proxy.stop() == 0
        wslb.start_proxy()
        wait_for_successor(wslb, before)
        begun = now_ms()
        wait_until(lambda: now_ms() > begun + 500, 5, "some traffic")
    result = flow.end()
    assert not result["lost"], story(bed, result["lost"])
    assert bed.pair.owners() == [active], "the VIP has not moved"
    assert "left its place to another one" in str(wslb.events())


def test_an_agent_that_leaves_its_place_moves_nothing(bed):
    """As an upgrade of it does."""
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 20, pause_ms=20)
    for _ in range(3):
        wslb.agent.signal(signal.SIGUSR2)
        assert wslb.agent.wait(5) == 0
        wslb.start_agent()
        wait_until(lambda: wslb.proxy_state() == "up", 10, "it is back")
    kill_and_restart(wslb)
    result = flow.end()
    assert not result["lost"], story(bed, result["lost"])
    assert bed.pair.owners() == [active], "the VIP has not moved"


def test_an_agent_that_comes_back_with_another_vip_moves_nothing(bed):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 20, pause_ms=20)
    text = wslb.file.read_text()
    for more in ("10.77.0.101/24", "10.77.0.102/24"):
        wslb.file.write_text(text.replace("    vip ", f"    vip {more}\n    vip ", 1))
        wslb.agent.signal(signal.SIGUSR2)
        assert wslb.agent.wait(5) == 0
        wslb.start_agent()
        wait_until(lambda: wslb.proxy_state() == "up", 10, "it is back")
        assert sorted(active.addresses()) == sorted([f"{active.address}/24", f"{VIP}/24", more])
    result = flow.end()
    assert not result["lost"], story(bed, result["lost"])
    assert bed.pair.owners() == [active], "the VIP has not moved"


@pytest.mark.parametrize("end", ["term", "hard reload"])
def test_without_time_to_come_back_nothing_is_waited_for(end):
    with make_vault_bed(PORT, lambda host: Server(host, PORT),
                        extra="    takeover-after 0\n") as bed:
        active = bed.pair.wait_settled()
        wslb = bed.pair[active]
        if end == "term":
            begun = now_ms()
            assert wslb.proxy.stop() == 0
            assert now_ms() - begun < 3000
            bed.pair.wait_active(bed.pair.other(active))
            bed.pair.restore(active)
        else:
            refused = wslb.ctl("reload", "--hard", check=False)
            assert refused.returncode == 1 and "there is no vault" in refused.stderr
            assert not Flow(bed.client, VIP, 5, pause_ms=20).end()["lost"]
        wrong = bed.pair.stop()
        assert not wrong, "\n".join(wrong)


def test_a_proxy_that_is_stopped_for_good_closes_all_in_time(bed):
    active = bed.pair.wait_settled()
    flow = Flow(bed.client, VIP, 10, pause_ms=20)
    begun = now_ms()
    assert bed.pair[active].proxy.stop() == 0
    bed.pair.wait_active(bed.pair.other(active))
    assert now_ms() - begun > 2900, "takeover-after is 3 s"
    assert len(flow.end()["lost"]) == 10
    bed.pair.restore(active)


def test_an_interrupt_closes_all_at_once(bed):
    active = bed.pair.wait_settled()
    flow = Flow(bed.client, VIP, 10, pause_ms=20)
    begun = now_ms()
    bed.pair[active].proxy.signal(signal.SIGINT)
    wait_until(lambda: now_ms() > begun + 1000, 5, "each has tried to send")
    assert len(flow.end()["lost"]) == 10
    assert now_ms() - begun < 2500, "nobody waits for a successor"
    bed.pair.wait_active(bed.pair.other(active))
    bed.pair.restore(active)
