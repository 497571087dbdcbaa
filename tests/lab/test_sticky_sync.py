"""Sticky entries outlive the proxy, the agent and the host that made them."""
import contextlib
import os
import socket

import pytest

from .bed import Bed
from .clock import now_ms, wait_until
from .configuration import VIP
from .http_client import HttpClient
from .stats_socket import Operator
from .sticky_pair import StickyPair
from .websocket import WebSocket

PEER_PORT = 8405


@pytest.fixture
def sticky():
    with contextlib.ExitStack() as stack:
        def make(**options):
            return stack.enter_context(Bed(
                lambda network, apps: StickyPair(network, apps, **options), probe=False))
        yield make


def app_of(bed, room):
    with bed.client.inside():
        client = HttpClient(VIP)
        answer = client.get(f"/whoami?room={room}")
        client.close()
    return answer.header("X-App")


def rooms_of(bed, count):
    return {f"room{n}": app_of(bed, f"room{n}") for n in range(count)}


def wait_table(pair, host, keys):
    wait_until(lambda: set(pair.table(host)) >= set(keys), 5, f"{host.name}'s table complete")


def test_a_power_cut_keeps_every_room_on_its_server(sticky):
    bed = sticky()
    rooms = rooms_of(bed, 20)
    assert set(rooms.values()) == {"app1", "app2"}
    other = bed.pair.other(bed.active)
    wait_table(bed.pair, other, rooms)
    bed.pair.power_off(bed.active)
    wait_until(lambda: bed.pair[other].vrrp() == "active", 10, "the other host took over")
    assert {room: app_of(bed, room) for room in rooms} == rooms


def test_a_killed_proxy_gets_everything_back_before_it_serves(sticky):
    bed = sticky()
    wslb = bed.pair[bed.active]
    rooms = rooms_of(bed, 20)
    # The other host must not help.
    bed.pair[bed.pair.other(bed.active)].agent.kill()
    wslb.proxy.kill()
    wslb.start_proxy()
    wait_until(lambda: bed.pair[bed.active].vrrp() == "active", 10, "active again")
    assert {room: app_of(bed, room) for room in rooms} == rooms


def test_a_host_that_lost_both_its_programs_asks_the_other_one_first(sticky):
    """Its proxy is back before there is an agent, and that one has nothing either."""
    bed = sticky(bind="*")
    rooms = rooms_of(bed, 20)
    host = bed.pair.other(bed.active)
    wait_table(bed.pair, host, rooms)
    wslb = bed.pair[host]
    wslb.agent.kill()
    wslb.proxy.kill()
    (wslb.run_dir / "sticky-tables").unlink(missing_ok=True)
    wslb.start_proxy()
    host.wait_listening(80)
    with bed.client.inside():
        clients = {room: HttpClient(host.address) for room in rooms}
    for room, client in clients.items():
        client.send(f"GET /whoami?room={room} HTTP/1.1\r\nHost: a\r\n\r\n")
    wslb.start_agent()
    assert {room: client.response().header("X-App") for room, client in clients.items()} == rooms


def test_a_restarted_agent_has_everything_again(sticky):
    bed = sticky()
    rooms = rooms_of(bed, 20)
    other = bed.pair.other(bed.active)
    wait_table(bed.pair, other, rooms)
    for host in (bed.active, other):
        bed.pair[host].agent.kill()
        bed.pair[host].start_agent()
        wait_until(lambda: bed.pair[host].status() is not None, 10, "an agent")
    wait_until(lambda: bed.pair.peer_of(other)["state"] == "connected", 10, "connected again")
    bed.pair[other].proxy.kill()
    bed.pair[other].start_proxy()
    bed.pair.wait_settled()
    wait_table(bed.pair, other, rooms)


def test_programs_that_all_die_at_once_forget_nothing(sticky):
    bed = sticky()
    rooms = rooms_of(bed, 20)
    for host in bed.pair.hosts:
        wait_until(lambda: bed.pair[host].status()["counters"]["sticky/entries"] >= len(rooms), 5,
                   "the agents know")
    for host in bed.pair.hosts:
        bed.pair[host].agent.kill()
        bed.pair[host].proxy.kill()
    for host in bed.pair.hosts:
        bed.pair[host].start_agent()
        bed.pair[host].start_proxy()
    bed.active = bed.pair.wait_settled()
    assert {room: app_of(bed, room) for room in rooms} == rooms


def test_an_open_tunnel_keeps_its_entry_on_both_hosts(sticky):
    bed = sticky(expire="1s")
    other = bed.pair.other(bed.active)
    with bed.client.inside():
        tunnel = WebSocket(VIP, 80, "/echo?room=long")
    app_of(bed, "short")
    begun = now_ms()
    wait_until(lambda: "short" not in bed.pair.table(bed.active) and now_ms() > begun + 3000, 10,
               "the other entry gone")
    for host in (bed.active, other):
        assert "long" in bed.pair.table(host), f"pinned on {host.name}"
    tunnel.socket.close()
    for host in (bed.active, other):
        wait_until(lambda: "long" not in bed.pair.table(host), 10, f"expired on {host.name}")


def test_clearing_reaches_the_other_host(sticky):
    bed = sticky()
    rooms = rooms_of(bed, 4)
    other = bed.pair.other(bed.active)
    wait_table(bed.pair, other, rooms)
    Operator(bed.pair.socket_of(bed.active)).ask("clear table app key room1")
    wait_until(lambda: "room1" not in bed.pair.table(other), 5, "cleared there, too")
    assert set(bed.pair.table(other)) == set(rooms) - {"room1"}


def test_another_secret_is_told_and_vrrp_goes_on(sticky):
    bed = sticky()
    other = bed.pair.other(bed.active)
    wslb = bed.pair[other]
    key = other.directory / "other.key"
    key.write_text("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUY=\n")
    key.chmod(0o600)
    text = wslb.file.read_text()
    wslb.file.write_text(text.replace(str(bed.network.directory / "cluster.key"), str(key)))
    wslb.agent.stop()
    wslb.start_agent()
    wait_until(lambda: bed.pair.peer_of(bed.active)["state"] == "refused", 10, "refused")
    assert "same secret file" in bed.pair[bed.active].ctl("status").stdout
    assert bed.pair[bed.active].vrrp() == "active"


def throw_at(host, address, data):
    """Until the other side hangs up."""
    with host.inside(), socket.create_connection((address, PEER_PORT), 5) as thrower:
        thrower.settimeout(10)
        with contextlib.suppress(ConnectionError):
            thrower.sendall(data)
            while thrower.recv(4096):
                pass


def test_garbage_on_the_peer_port_changes_nothing(sticky):
    bed = sticky()
    rooms = rooms_of(bed, 4)
    dialler, listener = bed.pair.hosts
    tls_hello = b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"
    for data in (b"GET / HTTP/1.0\r\n\r\n", tls_hello, b"\0" * 100000, os.urandom(100000)):
        throw_at(dialler, listener.address, data)
        throw_at(bed.client, listener.address, data)
    status = bed.pair[listener].status
    wait_until(lambda: status()["counters"]["peer-link/strangers"] >= 4, 5, "all refused, counted")
    for host in bed.pair.hosts:
        assert bed.pair.peer_of(host)["state"] == "connected"
    app_of(bed, "later")
    for host in bed.pair.hosts:
        wait_table(bed.pair, host, {*rooms, "later"})
