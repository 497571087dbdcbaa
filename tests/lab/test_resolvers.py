"""Servers that are named by host: while the proxy runs, DNS says where they are."""
import json
import re

import pytest

from .clock import wait_until
from .dns_server import REFUSED, DnsServer
from .stats_socket import Operator

RESOLVERS = """
resolvers dns
    nameserver ns1 {ns1}:53
    nameserver ns2 {ns2}:53
    timeout resolve 100ms
    timeout retry 100ms
    hold nx 200ms
    hold refused 200ms
    hold timeout 200ms
    hold other 200ms
"""
NAMED = "    server-template s 2 app.test:3000 resolvers dns init-addr none"
SERVICE = "    server-template s 3 _ws._tcp.test resolvers dns init-addr none"


@pytest.fixture
def names(solo):
    """Of the hosts of apps a and b, which answer alike."""
    servers = [DnsServer(app.host) for app in solo.apps[:2]]
    servers[1].records = servers[0].records
    yield servers
    for server in servers:
        server.close()


@pytest.fixture
def operator(solo):
    return Operator(solo.host.directory / "names.sock")


def configuration(solo, servers):
    text = solo.configuration("    balance roundrobin\n" + servers, apps=[])
    path = solo.host.directory / "names.sock"
    text = text.replace("global\n", f"global\n    stats socket {path} level admin\n", 1)
    ns1, ns2 = (app.host.address for app in solo.apps[:2])
    return text + RESOLVERS.format(ns1=ns1, ns2=ns2)


def silences(operator, server):
    """Questions that nobody answered in time."""
    shown = operator.ask("show resolvers dns").partition(f" nameserver {server}:\n")[2]
    return int(re.search(r"timeout: +(\d+)", shown).group(1))


def status(operator, server):
    return operator.stat("app", server)["status"]


def address(operator, server):
    return operator.stat("app", server)["addr"]


def wait_address(operator, server, wanted):
    wait_until(lambda: address(operator, server) == wanted, 5, f"{server} at {wanted!r}")


def test_servers_follow_the_records_of_their_name(solo, names, operator):
    a, b, c = (app.host.address for app in solo.apps)
    with solo.proxy(configuration(solo, NAMED)):
        assert status(operator, "s1") == "MAINT (resolution)"
        assert solo.get().status == 503
        names[0].records["app.test"] = [a]
        wait_address(operator, "s1", f"{a}:3000")
        assert solo.sequence(3) == "aaa"
        assert status(operator, "s2") == "MAINT (resolution)"
        names[0].records["app.test"] = [b, a]
        wait_address(operator, "s2", f"{b}:3000")
        assert sorted(solo.sequence(4)) == list("aabb")
        tunnel = solo.websocket()
        names[0].records["app.test"] = [c]
        wait_until(lambda: solo.sequence(2) == "cc", 5, "the new address alone")
        tunnel.send(b"still here")
        assert tunnel.receive() == (2, b"still here")
        del names[0].records["app.test"]
        wait_until(lambda: solo.get().status == 503, 5, "nobody has the name")


def test_one_good_name_server_is_enough(solo, names, operator):
    a = solo.apps[0].host.address
    names[0].records, names[1].records = {"app.test": REFUSED}, {"app.test": [a]}
    with solo.proxy(configuration(solo, NAMED)):
        wait_address(operator, "s1", f"{a}:3000")
        names[0].records = {"app.test": None}
        # Longer than `hold timeout`.
        wait_until(lambda: silences(operator, "ns1") > 5, 5, "a name server that does not answer")
        assert solo.sequence(3) == "aaa"
        assert silences(operator, "ns2") == 0


def test_an_address_of_the_system_serves_until_dns_knows_better(solo, names, operator):
    a = solo.apps[0].host.address
    line = f"    server s1 app.test:3000 resolvers dns init-addr {a}"
    with solo.proxy(configuration(solo, line)):
        assert solo.sequence(2) == "aa"
        names[0].records["app.test"] = [solo.apps[1].host.address]
        wait_until(lambda: solo.sequence(2) == "bb", 5, "what DNS says")


def test_srv_records_name_hosts_ports_and_weights(solo, names, operator):
    a, b, _ = (app.host.address for app in solo.apps)
    names[0].records |= {"h1.test": [a], "h2.test": [b],
                         "_ws._tcp.test": [(1, 256, 3000, "h1.test"), (1, 768, 3000, "h2.test")]}
    with solo.proxy(configuration(solo, SERVICE)):
        wait_address(operator, "s1", f"{a}:3000")
        wait_address(operator, "s2", f"{b}:3000")
        assert sorted(solo.sequence(8)) == list("aabbbbbb")
        assert status(operator, "s3") == "MAINT (resolution)"
        names[0].records["_ws._tcp.test"] = [(1, 1, 3000, "h2.test")]
        wait_until(lambda: solo.sequence(4) == "bbbb", 5, "one is left")
        assert status(operator, "s1") == "MAINT (resolution)"
        line = next(line for line in operator.ask("show servers state app").splitlines()
                    if " s2 " in line)
        assert "h2.test 3000 _ws._tcp.test" in line


def test_a_reload_keeps_what_dns_said(solo, names, operator):
    a, b, _ = (app.host.address for app in solo.apps)
    names[0].records |= {"h1.test": [a], "h2.test": [b],
                         "_ws._tcp.test": [(1, 1, 3000, "h1.test"), (1, 1, 3000, "h2.test")]}
    text = configuration(solo, SERVICE)
    with solo.proxy(text) as process:
        wait_address(operator, "s2", f"{b}:3000")
        wait_address(operator, "s1", f"{a}:3000")
        names[0].records, names[1].records = {"h1.test": None}, {"h1.test": None}
        solo.reload(process, text.replace("hold timeout 200ms", "hold timeout 60s"))
        assert sorted(solo.sequence(4)) == list("aabb")


def test_checks_go_to_the_address_of_the_moment(solo, names, operator):
    a, b, _ = (app.host.address for app in solo.apps)
    names[0].records["app.test"] = ["10.77.0.99"]  # nobody
    line = ("    server s1 app.test:3000 resolvers dns init-addr none "
            "check inter 100ms fall 1 rise 1")
    with solo.proxy(configuration(solo, line)):
        wait_until(lambda: status(operator, "s1").startswith("DOWN"), 5, "nobody answers checks")
        names[0].records["app.test"] = [b]
        wait_until(lambda: status(operator, "s1") == "UP", 5, "the check of another host")
        assert solo.sequence(2) == "bb"


def test_a_kept_connection_does_not_stay_where_the_name_was(solo, names, operator):
    a, b, _ = (app.host.address for app in solo.apps)
    names[0].records["app.test"] = [a]
    with solo.proxy(configuration(solo, NAMED)):
        wait_address(operator, "s1", f"{a}:3000")
        client = solo.http()
        assert client.get("/whoami").header("X-App") == "a"
        names[0].records["app.test"] = [b]
        wait_address(operator, "s1", f"{b}:3000")
        assert client.get("/whoami").header("X-App") == "b"
        client.close()


def test_checks_go_where_an_operator_moves_a_server(solo, names, operator):
    a, b, _ = (app.host.address for app in solo.apps)
    with solo.proxy(configuration(solo, f"    server s1 {a}:9 check inter 100ms fall 1 rise 1")):
        wait_until(lambda: status(operator, "s1").startswith("DOWN"), 5, "nobody listens there")
        operator.ask(f"set server app/s1 addr {b} port 3000")
        wait_until(lambda: status(operator, "s1") == "UP", 5, "the check of another host")
        assert solo.sequence(2) == "bb"


def test_weights_of_records_change_no_fixed_order(solo, names, operator):
    a, _, _ = (app.host.address for app in solo.apps)
    names[0].records |= {"h1.test": [a], "_ws._tcp.test": [(1, 768, 3000, "h1.test")]}
    text = configuration(solo, SERVICE).replace("balance roundrobin", "balance static-rr")
    with solo.proxy(text):
        wait_address(operator, "s1", f"{a}:3000")
        assert operator.stat("app", "s1")["weight"] == "1"
        assert solo.sequence(2) == "aa"


def test_an_assignment_names_the_host_of_the_record(solo, names, operator):
    a, _, _ = (app.host.address for app in solo.apps)
    names[0].records |= {"h1.test": [a], "_ws._tcp.test": [(1, 1, 3000, "h1.test")]}
    text = configuration(solo, SERVICE).replace(
        "    default_backend app", "    http-request return assign app if { path /assign }\n"
        "    default_backend app")
    with solo.proxy(text):
        wait_address(operator, "s1", f"{a}:3000")
        assert json.loads(solo.get("/assign").body)["address"] == "h1.test:3000"
