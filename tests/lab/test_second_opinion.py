"""The link between the agents when VRRP itself does not get through: no second owner, an alarm, and
whatever else VRRP has to say."""
import pytest

from .bed import Bed
from .clock import now_ms, wait_until
from .sticky_pair import StickyPair
from .watcher import GAP_MS

pytestmark = pytest.mark.alone

DROP_VRRP = """add table inet vrrp
add chain inet vrrp in { type filter hook input priority 0; }
add rule inet vrrp in meta l4proto 112 drop
"""


@pytest.fixture
def bed():
    with Bed(StickyPair, probe=False) as made:
        yield made


def deafen(host):
    host.run("nft", "-f", "-", input=DROP_VRRP)


def alarms(bed, host):
    return bed.pair[host].status()["vrrp"][0].get("alarms", [])


def wait_alarm(bed, host):
    wait_until(lambda: any("do not arrive" in alarm for alarm in alarms(bed, host)), 10,
               f"the alarm of {host.name}")


@pytest.mark.parametrize("both", [False, True], ids=["one-way", "both-ways"])
def test_a_backup_that_hears_no_advert_stays_one(bed, both):
    backup = bed.pair.other(bed.active)
    begun = now_ms()
    for host in bed.pair.hosts if both else [backup]:
        deafen(host)
    wait_alarm(bed, backup)
    wait_until(lambda: now_ms() > begun + 3000, 5, "time for a take-over")
    assert bed.pair[backup].vrrp() == "backup"
    assert bed.watcher.owners() == {bed.active.name}
    assert bed.watcher.double_ms(begun) <= GAP_MS


def test_a_deaf_backup_takes_over_from_a_dead_host(bed):
    backup = bed.pair.other(bed.active)
    deafen(backup)
    wait_alarm(bed, backup)
    bed.pair.power_off(bed.active)
    wait_until(lambda: bed.pair.owners() == [backup], 5, "the deaf one has the VIP")


def test_a_hand_over_needs_no_vrrp(bed):
    backup = bed.pair.other(bed.active)
    for host in bed.pair.hosts:
        deafen(host)
    wait_alarm(bed, backup)
    begun = now_ms()
    bed.pair[bed.active].ctl("failover")
    bed.pair.wait_active(backup)
    wait_until(lambda: bed.pair[bed.active].vrrp() == "backup", 5, "backup")
    assert bed.pair.owners() == [backup]
    assert bed.watcher.double_ms(begun) <= GAP_MS


def test_agents_that_start_deaf_end_with_one_owner(bed):
    for host in bed.pair.hosts:
        deafen(host)
        bed.pair[host].agent.stop()
    for host in bed.pair.hosts:
        bed.pair[host].start_agent()
    bed.pair.wait_settled()
    settled = now_ms()
    wait_until(lambda: now_ms() > settled + 2000, 5, "time to change one's mind")
    assert bed.pair.wait_settled() and bed.watcher.double_ms(settled) <= GAP_MS
