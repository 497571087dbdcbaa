"""What may go wrong with the vault: each harm has an end that is known, and corrupts nothing."""
import re
import time

import pytest

from .clock import wait_until
from .configuration import VIP
from .flow import Flow, Server
from .solo import kind_under_test
from .vault_bed import kill_and_restart, make_vault_bed, story, wait_for_successor

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

PORT = 3900
HONEST = re.compile(r"closed|reset by peer|Broken pipe")


@pytest.fixture
def bed():
    with make_vault_bed(PORT, lambda host: Server(host, PORT)) as made:
        yield made
        wrong = made.pair.stop()
        assert not wrong, "\n".join(wrong)


def assert_honest(bed, lost):
    """Whoever is lost is told so: no byte is wrong, and nobody hangs."""
    assert all(HONEST.search(reason) for reason in lost), story(bed, lost)


def test_a_short_stop_of_the_proxy_moves_nothing(bed):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 20, pause_ms=20)
    for _ in range(2):
        wslb.proxy.freeze()
        time.sleep(0.5)  # less than the second after which the agent gives it up
        wslb.proxy.thaw()
        time.sleep(0.3)
    assert not flow.end()["lost"]
    assert bed.pair.owners() == [active]


def test_a_long_stop_takes_the_vip_away_and_tunnels_live_when_it_is_back(bed):
    active = bed.pair.wait_settled()
    other = bed.pair[bed.pair.other(active)]
    other.agent.stop()  # nobody takes the VIP meanwhile
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 20, pause_ms=20)
    wslb.proxy.freeze()
    wait_until(lambda: not bed.pair.owners(), 5, "a proxy that hangs has no VIP")
    time.sleep(3.5)
    wslb.proxy.thaw()
    wait_until(lambda: bed.pair.owners() == [active], 10, "it is back")
    time.sleep(1)
    assert not flow.end()["lost"]
    other.start_agent()
    bed.pair.wait_settled()


def test_a_vault_without_room_keeps_what_it_can(bed):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    before = wslb.status()["proxy"]["pid"]
    wslb.agent.kill()
    wslb.start_agent("prlimit", "--nofile=160:160")  # of which the half is the vault's
    wait_until(lambda: wslb.proxy_state() == "up", 10, "it is back")
    flow = Flow(bed.client, VIP, 100, pause_ms=20)
    wait_until(lambda: "no room for" in wslb.agent.text(), 5, "the operator is told")
    assert "LimitNOFILE" in wslb.agent.text()
    kept = wslb.status()["proxy"]["kept"]
    assert 10 <= kept < 100
    wslb.proxy.kill()
    wslb.start_proxy()
    wait_for_successor(wslb, before)
    time.sleep(1)
    lost = flow.end()["lost"]
    assert 0 < len(lost) <= 100 - 10
    assert_honest(bed, lost)
    assert bed.pair.owners() == [active]


@pytest.mark.parametrize("delay_ms", [0, 3, 8, 15, 40])
def test_an_agent_that_dies_in_the_middle_of_a_hand_over(bed, delay_ms):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 200, pause_ms=100)
    before = wslb.status()["proxy"]["pid"]
    wslb.proxy.kill()
    wslb.start_proxy()
    time.sleep(delay_ms / 1000)
    wslb.agent.kill()
    wslb.start_agent()
    wait_for_successor(wslb, before)
    time.sleep(0.5)
    kill_and_restart(wslb)  # what went on is in the new agent's vault
    time.sleep(0.5)
    lost = flow.end()["lost"]
    print(f"{len(lost)} of 200 lost")
    assert_honest(bed, lost)
    after = Flow(bed.client, VIP, 20, pause_ms=20)
    kill_and_restart(wslb)
    assert not after.end()["lost"]
