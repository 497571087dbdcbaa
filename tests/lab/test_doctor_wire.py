"""`wslbctl doctor` where no agent runs: it hears for itself who advertises."""
import contextlib
import json
import socket
import struct
import threading
import time

import pytest

from .adverts import Forger, advert
from .app import App
from .clock import wait_until
from .configuration import VIP, VIP6, VRID, cluster_section, proxy_section
from .doctor import Doctor
from .frame import checksum
from .wslb import Wslb

# The machine's own name is no node's: nobody says here which node the host is.
ALONE = ["no-node", "agent"]


@pytest.fixture
def doctor(lasting_bed):
    """On a host without an agent; the other one is active."""
    active = lasting_bed.pair.wait_settled()
    made = Doctor(lasting_bed.pair, lasting_bed.pair.other(active))
    assert made.wslb.agent.stop() == 0
    yield made
    for wslb in lasting_bed.pair.wslb.values():
        wslb.start()
    lasting_bed.pair.wait_settled()


@contextlib.contextmanager
def advertising(host, *payloads, source=None):
    """These packets ten times a second, from the host or as if from another."""
    forger = Forger(host)
    over = threading.Event()

    def send():
        while not over.wait(0.1):
            for payload in payloads:
                forger.forge(source, payload) if source else forger.send(payload)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_an_active_peer_is_heard(doctor):
    begin = time.monotonic()
    assert sorted(doctor.ids()) == sorted(ALONE)
    assert time.monotonic() - begin < 2
    assert not [line for line in doctor.unchecked if "advertis" in line]


def test_another_router_with_our_vrid(doctor, lasting_bed):
    with advertising(lasting_bed.client, advert(VRID, 1, vip="10.77.0.200")):
        found = {one["id"]: one for one in doctor.findings()}
    assert sorted(found) == sorted([*ALONE, "vrid-clash"])
    for word in (lasting_bed.client.address, "10.77.0.200", str(VRID)):
        assert word in found["vrid-clash"]["what"]


def test_two_active_hosts(doctor, lasting_bed):
    with advertising(lasting_bed.client, advert(VRID, 1, vip=VIP)):
        assert "two-active" in doctor.ids()


def test_nobody_is_active(doctor, lasting_bed):
    host = next(one for one in lasting_bed.pair.hosts if one is not doctor.host)
    assert lasting_bed.pair[host].agent.stop() == 0
    assert sorted(doctor.ids()) == sorted([*ALONE, "nobody-active"])
    # Where adverts are rare that takes longer to say.
    slow = doctor.rewritten(("advert 100ms", "advert 1s"))
    assert sorted(doctor.ids(slow)) == sorted(ALONE)
    assert any("--listen 4" in line for line in doctor.unchecked)
    assert "nobody-active" in doctor.ids(slow, "--listen", "5")


def authenticated_advert():
    """As Keepalived's with `auth_type PASS`."""
    head = struct.pack("!BBBBBB", 2 << 4 | 1, VRID, 100, 1, 1, 1)
    tail = socket.inet_aton(VIP) + b"1111\0\0\0\0"
    return head + struct.pack("!H", checksum(head + b"\0\0" + tail)) + tail


def test_a_keepalived_with_authentication(doctor, lasting_bed):
    host = next(one for one in lasting_bed.pair.hosts if one is not doctor.host)
    assert lasting_bed.pair[host].agent.stop() == 0
    with advertising(lasting_bed.client, authenticated_advert(), source=host.address):
        found = {one["id"]: one["what"] for one in doctor.findings()}
    assert host.name in found["advert-refused"] and "keepalived.conf" in found["advert-refused"]


@pytest.mark.parametrize("transport", ["multicast", "unicast"])
def test_ipv6_is_heard_too(network, transport):
    """From link-local addresses, by which no node is known, or from the nodes' own."""
    hosts = [network.add_host(name, address) for name, address in (("lb1", "10.77.0.11"),
                                                                   ("lb2", "10.77.0.12"))]
    nodes = [(host.name, host.address, host.address6) for host in hosts]
    app = App(network.add_host("app1", "10.77.0.21"), "app1")
    text = proxy_section([app], vip=VIP6) + cluster_section(nodes, vips=[f"{VIP6}/64"],
                                                            transport=transport)
    pair = {host: Wslb(host, text) for host in hosts}
    doctor = Doctor(pair, hosts[1])
    assert sorted(doctor.ids()) == sorted([*ALONE, "nobody-active"])
    pair[hosts[0]].start()
    wait_until(lambda: pair[hosts[0]].vrrp() == "active", 10, "the other one is active")
    assert sorted(doctor.ids()) == sorted(ALONE)
    # Of other addresses it is another virtual router, where it comes from no node.
    other = doctor.rewritten((f"vip {VIP6}/64", "vip fd77::200/64"),
                             (f"bind {VIP6}", "bind fd77::200"))
    assert ("vrid-clash" if transport == "multicast" else "advert-differs") in doctor.ids(other)


def test_it_needs_root_and_says_so(doctor):
    words = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", doctor.wslb.program,
             "--json", "doctor")
    opened = [path for path in (doctor.wslb.file, *doctor.wslb.file.parents)
              if not path.stat().st_mode & 1]
    for path in opened:
        path.chmod(path.stat().st_mode | 0o055)
    try:
        done = doctor.host.run(*words, doctor.wslb.file, check=False)
    finally:
        for path in opened:
            path.chmod(path.stat().st_mode & ~0o055)
    unchecked = json.loads(done.stdout)["unchecked"]
    assert any("only root (CAP_NET_RAW) may listen" in line for line in unchecked), done
    assert any("only root may list them" in line for line in unchecked), done
