"""`wslbctl doctor`: a pair that is all right, and what it finds when one thing is broken."""
import json

import pytest

from .adverts import Forger, advert
from .clock import wait_until
from .configuration import VIP, VRID
from .doctor import sysctl
from .host import INTERFACE


def test_nothing_to_do(doctor):
    assert doctor.ids() == []
    status = doctor.wslb.status()
    assert [peer["version"] for peer in status["peers"]] == [status["version"]]
    text = doctor.wslb.ctl("doctor", doctor.wslb.file, check=False).stdout
    assert "\x1b" not in text


def test_a_firewall_that_eats_adverts(doctor):
    doctor.host.run("nft", "-f", "-", input="""
        table inet filter {
            chain input {
                type filter hook input priority 0; policy drop;
                ct state established,related accept
                tcp dport { 80, 8405 } accept
            }
        }""")
    found = [one for one in doctor.findings() if one["id"] != "alarm"]
    assert doctor.code == 1
    assert [one["id"] for one in found] == ["firewall-vrrp"]
    assert "IP protocol 112" in found[0]["what"]
    remedy = found[0]["remedy"].partition(";")[0]
    doctor.host.run(*remedy.split())
    assert "firewall-vrrp" not in doctor.ids()


def test_a_firewall_that_eats_our_own_adverts(doctor):
    doctor.host.run("nft", "add table ip f; add chain ip f out { type filter hook output "
                           "priority 0; }; add rule ip f out ip daddr 224.0.0.0/4 drop")
    assert "firewall-vrrp" in doctor.ids()


def test_a_firewall_that_eats_the_link_between_agents(doctor):
    doctor.host.run("nft", "add table inet f; add chain inet f in { type filter hook input "
                           "priority 0; }; add rule inet f in ct state new tcp dport 8405 drop")
    assert doctor.ids() == ["firewall-peers"]


@pytest.mark.parametrize("name, value, finding", [
    (f"net.ipv4.conf.{INTERFACE}.arp_ignore", "8", "arp-ignore"),
])
def test_a_kernel_setting(doctor, name, value, finding):
    before = sysctl(doctor.host, name, value)
    try:
        found = [one for one in doctor.findings() if one["id"] != "alarm"]
        assert [one["id"] for one in found] == [finding]
        assert found[0]["remedy"].startswith("sysctl -w ")
    finally:
        sysctl(doctor.host, name, before)


def test_strict_filtering_where_the_default_route_leaves_elsewhere(doctor):
    run = doctor.host.run
    before = sysctl(doctor.host, f"net.ipv4.conf.{INTERFACE}.rp_filter", 1)
    run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1")
    try:
        run("ip", "addr", "add", "192.0.2.1/24", "dev", "up0")
        run("ip", "link", "set", "up0", "up")
        run("ip", "link", "set", "up1", "up")
        run("ip", "route", "add", "default", "via", "192.0.2.254", "dev", "up0")
        assert doctor.ids() == ["rp-filter"]
        run("sysctl", "-qw", f"net.ipv4.conf.{INTERFACE}.rp_filter=2")
        assert doctor.ids() == []
    finally:
        run("ip", "link", "del", "up0")
        sysctl(doctor.host, f"net.ipv4.conf.{INTERFACE}.rp_filter", before)


def test_a_second_interface_in_the_same_network(doctor):
    doctor.host.run("ip", "link", "add", "second0", "type", "veth", "peer", "name", "second1")
    try:
        doctor.host.run("ip", "addr", "add", "10.77.0.66/24", "dev", "second0")
        doctor.host.run("ip", "link", "set", "second0", "up")
        assert doctor.ids() == ["arp-flux"]
    finally:
        doctor.host.run("ip", "link", "del", "second0")


def test_multicast_switched_off(doctor):
    doctor.host.run("ip", "link", "set", INTERFACE, "multicast", "off")
    try:
        assert doctor.ids() == ["no-multicast"]
    finally:
        doctor.host.run("ip", "link", "set", INTERFACE, "multicast", "on")


def test_a_link_that_is_down(doctor):
    doctor.host.cut()
    try:
        wait_until(lambda: {"link-down", "fault"} <= set(doctor.ids()), 5, "it is seen", 0.1)
    finally:
        doctor.host.mend()


def test_another_router_with_our_vrid(doctor, lasting_bed):
    Forger(lasting_bed.pair.network.hosts["client"]).send(advert(VRID, 1, vip="10.77.0.200"))
    alarms = wait_until(lambda: [one["what"] for one in doctor.findings()
                                 if one["id"] == "alarm" and "10.77.0.31" in one["what"]],
                        5, "the clash is found", 0.1)
    assert len(alarms) == 1


def test_without_an_agent(doctor):
    doctor.wslb.agent.stop()
    try:
        # The machine's own name is no node's: nobody says here which node the host is.
        assert doctor.ids() == ["no-node", "agent"] and doctor.code == 1
        doctor.host.run("ip", "addr", "add", f"{VIP}/24", "dev", INTERFACE)
        left = [one for one in doctor.findings() if one["id"] == "vip-without-agent"]
        doctor.host.run(*left[0]["remedy"].split())
        assert doctor.ids() == ["no-node", "agent"]
    finally:
        doctor.wslb.start_agent()


def test_without_a_proxy(doctor):
    doctor.wslb.proxy.stop()
    wait_until(lambda: "proxy" in doctor.ids(), 5, "it is found", 0.1)
    doctor.wslb.start_proxy()


def test_a_configuration_with_errors(doctor):
    text = doctor.wslb.file.read_text()
    doctor.wslb.file.write_text(text + "\nblance roundrobin\n")
    try:
        assert doctor.ids() == ["configuration"]
    finally:
        doctor.wslb.file.write_text(text)
    missing = doctor.wslb.ctl("--json", "doctor", "/nowhere/wslb.cfg", check=False)
    assert json.loads(missing.stdout)["findings"][0]["id"] == "no-configuration"
