"""What the agent notices by itself and what it does about it: other owners of the VIP, VIPs and
interfaces that somebody takes away, firewalls, and the virtual MAC address."""
import pytest

from .clock import now_ms, wait_until
from .configuration import VIP, VRID
from .host import INTERFACE

pytestmark = pytest.mark.alone

VMAC = f"00:00:5e:00:01:{VRID:02x}"
DROP_VRRP = """add table inet vrrp
add chain inet vrrp out { type filter hook output priority 0; }
add rule inet vrrp out meta l4proto 112 drop
"""


def alarms(bed, host):
    return bed.pair[host].status()["vrrp"][0].get("alarms", [])


def has_vip(host, interface=INTERFACE):
    return any(address.startswith(VIP + "/") for address in host.addresses(interface))


def texts(bed, host, kind=None):
    return [text for _, of, text in bed.pair[host].events() if kind in (None, of)]


def test_a_foreign_owner_is_an_alarm(make_bed):
    bed = make_bed(probe=False)
    active = bed.pair.wait_settled()
    assert alarms(bed, active) == []
    # Somebody else configures the VIP and says so.
    bed.client.run("ip", "addr", "add", f"{VIP}/24", "dev", INTERFACE)
    thief = bed.client.mac()

    def alarmed():
        bed.client.run("arping", "-U", "-c", "1", "-I", INTERFACE, VIP, check=False)
        return any(thief in alarm for alarm in alarms(bed, active))
    wait_until(alarmed, 20, "an alarm in the status", 0.5)
    assert any(thief in text for text in texts(bed, active, "alarm"))
    assert bed.pair.wait_settled() is active, "an alarm moves nothing"


def test_a_vip_that_goes_again_and_again_is_relinquished(make_bed):
    bed = make_bed(probe=False)
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    for _ in range(20):
        if not has_vip(active):
            break
        active.run("ip", "addr", "del", f"{VIP}/24", "dev", INTERFACE, check=False)
        wait_until(lambda: has_vip(active) or bed.pair[active].vrrp() != "active", 5,
                   "put back or given up")
    bed.pair.wait_active(other)
    wait_until(lambda: bed.pair[active].vrrp() == "fault", 5, "fault")
    assert sum("put back" in text for text in texts(bed, active, "vip")) >= 4
    assert any("again and again" in text for text in texts(bed, active, "vip"))
    # Ten seconds later it is fit again.
    wait_until(lambda: bed.pair[active].vrrp() == "backup", 20, "backup")


def recreate(host):
    """Its cable is another one now: the interface has a new index."""
    bridge = ["ip", "-n", host.network.bridge]
    host.run("ip", "link", "del", INTERFACE)
    wait_until(lambda: not host.addresses(), 5, "the interface is gone")
    host.run(*bridge, "link", "add", host.cable, "type", "veth", "peer", "name", INTERFACE,
             "netns", host.namespace)
    host.run(*bridge, "link", "set", host.cable, "master", "br0", "up")
    host.configure()


@pytest.mark.parametrize("extra", ["", "    use-vmac\n"], ids=["plain", "vmac"])
def test_an_interface_that_is_created_anew_is_used_again(make_bed, extra):
    bed = make_bed(probe=False, extra=extra)
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    recreate(active)
    bed.pair.wait_active(other)
    wait_until(lambda: bed.pair[active].vrrp() == "backup", 20, "backup on the new interface")
    bed.pair[other].ctl("failover")
    bed.pair.wait_active(active)
    wait_until(lambda: active.has(VIP), 5, "the VIP on the new interface")


@pytest.mark.parametrize("extra", ["", "    use-vmac\n"], ids=["plain", "vmac"])
def test_a_carrier_that_flaps_ends_with_one_owner(make_bed, extra):
    bed = make_bed(probe=False, extra=extra)
    active = bed.pair.wait_settled()
    for _ in range(5):
        active.cut()
        active.mend()
    active.cut()
    bed.pair.wait_active(bed.pair.other(active))
    wait_until(lambda: not active.has(VIP), 5, "the VIP is off the cut host")
    active.mend()
    wait_until(lambda: bed.pair[active].vrrp() == "backup", 20, "backup")
    assert bed.pair.other(active).has(VIP) and not active.has(VIP)


def test_a_firewall_that_drops_our_adverts_is_an_alarm(make_bed):
    bed = make_bed(probe=False)
    active = bed.pair.wait_settled()
    active.run("nft", "-f", "-", input=DROP_VRRP)

    def alarmed():
        return any("224.0.0.18" in alarm and "firewall" in alarm for alarm in alarms(bed, active))
    wait_until(alarmed, 10, "an alarm in the status")
    assert any("224.0.0.18" in text for text in texts(bed, active, "alarm"))
    active.run("nft", "delete", "table", "inet", "vrrp")
    wait_until(lambda: not any("224.0.0.18" in alarm for alarm in alarms(bed, active)), 20,
               "the alarm has ended")


@pytest.fixture
def vmac_bed(make_bed):
    return make_bed(extra="    use-vmac\n")


def sources(bed, since):
    """Ethernet sources of what the observer saw of the VIP."""
    return {seen.source for seen in bed.watcher.seen(since) if seen.kind != "advert"}


def test_the_vip_keeps_its_virtual_mac_when_it_moves(vmac_bed):
    bed = vmac_bed
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.prober.wait_steady()
    begin = now_ms()
    for method, host in (("fail_over", active), ("stop_cleanly", other)):
        fault = getattr(bed.pair, method)(host)
        bed.pair.wait_active(bed.pair.other(host))
        outage = bed.prober.wait_outage(fault)
        assert outage.served_after < 1500, outage
        bed.prober.wait_steady()
    assert sources(bed, begin) == {VMAC}, "ARP answers and announcements"
    assert not other.run("ip", "link", "show", f"vrrp.{VRID}", check=False).stdout, "removed"
    neighbours = bed.client.run("ip", "neigh", "show", VIP).stdout
    assert VMAC in neighbours, neighbours


def test_a_partition_that_heals_leaves_one_owner_of_the_virtual_mac(vmac_bed):
    """Both send from the virtual MAC then, and each must still hear the other."""
    bed = vmac_bed
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    other.loss(100)
    wait_until(lambda: bed.pair.owners() == bed.pair.hosts, 10, "both have the VIP")
    assert bed.pair.states() == {"lb1": "active", "lb2": "active"}
    other.loss(0)
    bed.pair.wait_settled(5)
    bed.prober.wait_steady()


def test_a_killed_agents_macvlan_is_down_once_another_host_is_active(vmac_bed):
    bed = vmac_bed
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.pair[active].agent.kill()
    bed.pair.wait_active(other)
    assert active.run("ip", "link", "show", f"vrrp.{VRID}").stdout
    bed.pair[active].start_agent()
    assert bed.pair.wait_settled() is other
    shown = active.run("ip", "-o", "link", "show", f"vrrp.{VRID}").stdout
    assert ",UP" not in shown, shown
    bed.prober.wait_steady()


def test_a_macvlan_that_somebody_deletes_is_made_again(vmac_bed):
    bed = vmac_bed
    active = bed.pair.wait_settled()
    active.run("ip", "link", "del", f"vrrp.{VRID}")
    wait_until(lambda: has_vip(active, f"vrrp.{VRID}"), 5, "the VIP is back on a new macvlan")
    assert bed.pair.wait_settled() is active
    bed.prober.wait_steady()
