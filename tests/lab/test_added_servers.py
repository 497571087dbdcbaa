"""`add server`, `del server`: servers that come and go by the stats socket."""
import threading

import pytest

from .clock import wait_until
from .stats_socket import Operator
from .test_reload import configuration, echo

BACKEND = "    balance roundrobin\n    option httpchk GET /status\n    default-server weight 9"


@pytest.fixture
def operator(solo):
    return Operator(solo.host.directory / "reload.sock")


@pytest.fixture
def proxy(solo):
    with solo.proxy(configuration(solo, "a", backend=BACKEND)) as process:
        yield process


def test_a_server_comes_and_goes(solo, operator, proxy):
    tunnel = solo.websocket()
    assert operator.ask(f"add server app/b {solo.apps[1].endpoint}") == "New server registered.\n\n"
    row = operator.stat("app", "b")
    assert (row["status"], row["weight"], row["sid"]) == ("MAINT", "1", "2")
    assert solo.sequence(3) == "aaa"
    operator.ask("enable server app/b; set server app/a state maint")
    assert solo.sequence(3) == "bbb"
    echo(tunnel)
    second = solo.websocket()
    assert operator.ask("del server app/b") == "Only servers in maintenance mode can be deleted.\n"
    operator.ask("set server app/a state ready; disable server app/b")
    assert operator.ask("del server app/b") == \
        "Server still has connections attached to it, cannot remove it.\n"
    echo(second)
    second.close()
    wait_until(lambda: operator.stat("app", "b")["scur"] == "0", 2, "the tunnel has gone")
    assert operator.ask("del server app/b") == "Server deleted.\n"
    assert operator.stat("app", "b") is None
    assert operator.ask("del server app/b") == "No such server.\n"
    echo(tunnel)


def test_it_begins_at_once_where_it_is_enabled(solo, operator, proxy):
    operator.ask(f"add server app/b {solo.apps[1].endpoint} enabled weight 9 maxconn 5 id 7")
    row = operator.stat("app", "b")
    assert (row["status"], row["slim"], row["sid"], row["weight"]) == ("no check", "5", "7", "9")
    assert sorted(solo.sequence(4)) == list("aabb")


def test_its_checks_wait_for_enable_health(solo, operator, proxy):
    solo.host.fetch(f"http://{solo.apps[1].endpoint}/fail", method="POST")
    try:
        options = "check inter 50ms rise 1 fall 1 enabled"
        operator.ask(f"add server app/b {solo.apps[1].endpoint} {options}")
        known = len(solo.apps[1].requests(checks=True))
        operator.ask(f"add server app/c {solo.apps[2].endpoint}")  # another change, the same state
        assert operator.stat("app", "b")["status"] == "no check"
        assert len(solo.apps[1].requests(checks=True)) == known
        operator.ask("enable health app/b")
        wait_until(lambda: operator.stat("app", "b")["status"] == "DOWN", 3, "it is down")
    finally:
        solo.apps[1].heal()


def test_a_reload_forgets_it(solo, operator, proxy):
    stays = solo.websocket()
    operator.ask(f"add server app/b {solo.apps[1].endpoint} enabled weight 200")
    added = solo.websocket()
    assert added.headers["x-app"] == "b"
    solo.reload(proxy)
    assert operator.stat("app", "b") is None
    assert added.receive_rest() == b""
    echo(stays)


def test_a_reload_keeps_it_where_the_file_has_it_too(solo, operator, proxy):
    operator.ask(f"add server app/b {solo.apps[1].endpoint} enabled weight 200")
    added = solo.websocket()
    assert added.headers["x-app"] == "b"
    solo.reload(proxy, configuration(solo, "ab", backend=BACKEND))
    echo(added)
    assert operator.stat("app", "b")["scur"] == "1"
    added.close()


def test_a_server_of_the_file_may_go_and_comes_back_with_a_reload(solo, operator, proxy):
    operator.ask(f"add server app/b {solo.apps[1].endpoint} enabled; disable server app/a")
    wait_until(lambda: operator.stat("app", "a")["scur"] == "0", 2, "nobody uses it")
    assert operator.ask("del server app/a") == "Server deleted.\n"
    assert solo.sequence(2) == "bb"
    solo.reload(proxy)
    assert solo.sequence(2) == "aa"


def test_limits_of_operators_stay(solo, operator, proxy):
    operator.ask("set maxconn frontend web 77; set maxconn global 99")
    operator.ask(f"add server app/b {solo.apps[1].endpoint}")
    assert operator.stat("web", "FRONTEND")["slim"] == "77"
    assert "Maxconn: 99\n" in operator.ask("show info")


@pytest.mark.parametrize("options, complaint", [
    ("app/c app.example:80", "needs an address"),
    ("app/c 10.77.0.23:3000 cookie x", "'cookie' is not for servers added at run time"),
    ("app/c 10.77.0.23:3000 tcp-ut 1s", "'tcp-ut' is not for servers added at run time"),
    ("app/c 10.77.0.23:3000 blah", "knows no 'blah'"),
    ("app/c 10.77.0.23:3000 weight 300", "'weight' expects"),
    ("app/c 10.77.0.23:3000 id 1", "'id' 1 is another server's"),
    ("app/c 10.77.0.23:3000 ssl", "verifies the server's certificate"),
    ("app/c 10.77.0.23:3000 ssl verify required ca-file /nowhere", "/nowhere"),
    ("app/c 10.77.0.23:3000 agent-check", "needs 'agent-port'"),
    ("app/c 10.77.0.23:3000 track app/nope", "which is not there"),
    ("app/c 10.77.0.23:3000 track app/a", "which has no check"),
    ("app/b/d 10.77.0.23:3000", "may not hold"),
])
def test_what_is_wrong_is_told_and_nothing_changes(solo, operator, proxy, options, complaint):
    assert complaint in operator.ask(f"add server {options}")
    assert operator.stat("app", "c") is None
    assert solo.sequence(2) == "aa"


def test_servers_come_and_go_under_load(solo, operator, proxy):
    failures, over = [], threading.Event()

    def client():
        while not over.is_set():
            status = solo.get().status
            if status != 200:
                failures.append(status)
    tunnel = solo.websocket()
    threads = [threading.Thread(target=client) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(15):
        for app in solo.apps[1:]:
            operator.ask(f"add server app/{app.name} {app.endpoint} enabled")
        echo(tunnel, b"%d" % n)
        for app in solo.apps[1:]:
            operator.ask(f"disable server app/{app.name}")
            wait_until(lambda: operator.ask(f"del server app/{app.name}").startswith(
                ("Server deleted", "No such")), 3, "it may go")
    over.set()
    for thread in threads:
        thread.join()
    assert not failures, failures[:5]
    echo(tunnel)
