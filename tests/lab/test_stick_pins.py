"""An entry of a stick table lives as long as a tunnel that uses it, across reloads too."""
import re
import time

import pytest

from .clock import wait_until
from .solo import Solo
from .stats_socket import Operator

TABLE = "stick-table type string size {size} expire 600ms store conn_cur"


@pytest.fixture(scope="module")
def solo():
    made = Solo()
    yield made
    made.close()


@pytest.fixture
def operator(solo):
    return Operator(solo.host.directory / "pins.sock")


def configuration(solo, operator, backend, frontend="", defaults=""):
    text = solo.configuration(backend, frontend=frontend, defaults=defaults)
    return text.replace("global\n", f"global\n    stats socket {operator.path} level admin\n", 1)


def keys(operator, table="app"):
    """{"u": how many hold it}"""
    return {key: int(use) for key, use in
            re.findall(r"key=(\S+) use=(\d+)", operator.ask(f"show table {table}"))}


def by_user(size=10):
    return f"    {TABLE.format(size=size)}\n    stick on hdr(x-user)\n"


def test_an_entry_does_not_expire_while_its_websocket_is_open(solo, operator):
    with solo.proxy(configuration(solo, operator, by_user())):
        first = solo.websocket("/echo", "X-User: u")
        app = first.headers["x-app"]
        solo.get("/whoami", "X-User: v")
        wait_until(lambda: keys(operator) == {"u": 1}, 5, "the other entry's end")
        solo.sequence(1)  # so that the next server would be another one
        second = solo.websocket("/echo", "X-User: u")
        assert second.headers["x-app"] == app
        assert keys(operator) == {"u": 2}
        first.close()
        time.sleep(1)
        assert keys(operator) == {"u": 1}
        second.close()
        wait_until(lambda: keys(operator) == {}, 5, "its end when the last one has closed")


def test_a_full_table_drops_no_entry_of_an_open_websocket(solo, operator):
    with solo.proxy(configuration(solo, operator, by_user(size=2))) as process:
        socket = solo.websocket("/echo", "X-User: u")
        for user in "abcd":
            assert solo.get("/whoami", f"X-User: {user}").status == 200
        assert keys(operator) == {"u": 1, "d": 0}
        assert "stick table app is full" in process.text()
        other = solo.websocket("/echo", "X-User: w")
        assert solo.get("/whoami", "X-User: e").status == 200, "without a place in the table"
        assert keys(operator) == {"u": 1, "w": 1}
        for each in (socket, other):
            each.close()


def test_an_operator_cannot_remove_it(solo, operator):
    with solo.proxy(configuration(solo, operator, by_user())):
        socket = solo.websocket("/echo", "X-User: u")
        assert operator.ask("clear table app key u") == \
            "Entry currently in use, cannot remove\n\n"
        operator.ask("clear table app")
        assert keys(operator) == {"u": 1}
        socket.close()
        wait_until(lambda: keys(operator) == {"u": 0}, 5, "the tunnel's end")
        operator.ask("clear table app")
        assert keys(operator) == {}


def test_what_is_tracked_stays_too(solo, operator):
    frontend = f"    {TABLE.format(size=10)}\n    http-request track-sc0 hdr(x-user)\n"
    with solo.proxy(configuration(solo, operator, "", frontend=frontend)):
        socket = solo.websocket("/echo", "X-User: u")
        time.sleep(1)
        assert keys(operator, "web") == {"u": 1}
        assert "conn_cur=1" in operator.ask("show table web")
        socket.close()
        wait_until(lambda: keys(operator, "web") == {}, 5, "its end")


def test_tcp_mode(solo, operator):
    text = configuration(solo, operator, f"    {TABLE.format(size=10)}\n    stick on src\n",
                         defaults="    mode tcp\n")
    with solo.proxy(text.replace("mode http", "mode tcp")):
        client = solo.http()
        client.get()
        time.sleep(1)
        assert list(keys(operator).values()) == [1]
        client.close()
        wait_until(lambda: keys(operator) == {}, 5, "its end")


def test_a_reload_keeps_a_table_whose_line_stays(solo, operator):
    text = configuration(solo, operator, by_user())
    with solo.proxy(text) as process:
        socket = solo.websocket("/echo", "X-User: u")
        app = socket.headers["x-app"]
        assert "stick table" not in solo.reload(process)
        assert keys(operator) == {"u": 1}
        solo.sequence(1)
        assert solo.get("/whoami", "X-User: u").header("X-App") == app
        told = solo.reload(process, text.replace("expire 600ms", "expire 700ms"))
        assert "app: it is another in the new configuration, so its 1 entries are gone" in told
        assert keys(operator) == {}
        socket.send(b"still here")
        assert b"still here" in str(socket.receive()).encode()
        socket.close()
        assert solo.get("/whoami", "X-User: u").status == 200
