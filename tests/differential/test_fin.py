"""timeout client-fin and server-fin: when a connection of which one side has ended is cut. The test
plays both sides; all cases run at the same time, since each is about waiting."""
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.lab.solo import ADDRESS
from tests.lab.websocket import bare_upgrade

from .both import KINDS, SYSLOG

SHORT, LONG = 1.0, 4.0


class Case(NamedTuple):
    """`who` ends its half after a byte has gone each way; then `then`."""
    who: str
    timeouts: dict
    then: str = "silence"  # or "talk": the other one sends something for 2 s; or "flood": it sends
    mode: str = "tcp"      # more than fits, and who has ended does not read it


BASE = {"client": "4s", "server": "4s"}
FINS = {"client-fin": "1s", "server-fin": "1s"}
TIMEOUTS = {
    "fins": BASE | FINS,
    "fins and tunnel": BASE | FINS | {"tunnel": "4s"},
    "client-fin alone": BASE | {"client-fin": "1s", "tunnel": "4s"},
    "server-fin alone": BASE | {"server-fin": "1s", "tunnel": "4s"},
    "longer than the tunnel's": BASE | {"client-fin": "4s", "server-fin": "4s", "tunnel": "1s"},
    "unset, short tunnel": BASE | {"tunnel": "1s"},
    "unset, long tunnel": {"client": "1s", "server": "1s", "tunnel": "4s"},
    "0": BASE | {"client-fin": "0", "server-fin": "0", "tunnel": "1s"},
}
# A WebSocket's server that ends differs on purpose: tests/lab/test_fin.py.
WAYS = (("client", "tcp"), ("server", "tcp"), ("client", "http"))
CASES = {f"{who} ends, {name}, {mode}": Case(who, timeouts, mode=mode)
         for who, mode in WAYS for name, timeouts in TIMEOUTS.items()}
CASES |= {
    "client ends, unset, short server": Case("client", {"client": "4s", "server": "1s"}),
    "client ends, unset, long server": Case("client", {"client": "1s", "server": "4s"}),
    "server ends, unset, short client": Case("server", {"client": "1s", "server": "4s"}),
    "server ends, unset, long client": Case("server", {"client": "4s", "server": "1s"}),
    "nobody ends": Case("nobody", BASE | FINS | {"tunnel": "4s"}),
}
CASES |= {f"{who} ends, the other talks, {mode}": Case(who, BASE | FINS | {"tunnel": "4s"}, "talk",
                                                       mode)
          for who, mode in WAYS}
CASES |= {f"{who} ends and does not read, {name}": Case(who, TIMEOUTS[name], "flood")
          for who in ("client", "server") for name in ("fins", "fins and tunnel")}


def listen_on(host, port):
    with host.inside():
        return socket.create_server((host.address, port), backlog=8)


class Play:
    """One case against one proxy."""

    def __init__(self, both, case, number, listener):
        self.case, self.listener = case, listener
        with both.solo.client.inside():
            self.client = socket.create_connection((ADDRESS, 9000 + number), timeout=10)
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)

    def run(self):
        try:
            self.open()
            began = time.monotonic()
            sides = {"client": self.client, "server": self.server}
            cut = {}
            threads = [threading.Thread(target=self.watch, args=(name, side, began, cut))
                       for name, side in sides.items()]
            if self.case.who != "nobody":
                sides[self.case.who].shutdown(socket.SHUT_WR)
                other = self.server if self.case.who == "client" else self.client
                threads.append(threading.Thread(target=self.go_on, args=(other, began, cut)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return cut
        finally:
            self.client.close()
            self.server.close()

    def open(self):
        if self.case.mode == "http":
            self.server = bare_upgrade(self.client, self.accept)
        self.client.sendall(b"x")
        if self.case.mode == "tcp":
            self.server = self.accept()
        assert self.server.recv(1) == b"x"
        self.server.sendall(b"y")
        assert self.client.recv(1) == b"y"

    def accept(self):
        self.listener.settimeout(5)
        server, _ = self.listener.accept()
        server.settimeout(10)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        return server

    def watch(self, name, side, began, cut):
        """When that side is told that nothing comes any more; the one that goes on is soon."""
        if self.case.then == "flood":
            return
        try:
            while side.recv(65536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            cut[name] = "never"
            return
        cut[name] = self.about(time.monotonic() - began)

    def about(self, seconds):
        if self.case.then == "flood":  # it takes a while until all buffers are full
            return "short" if seconds < 3 else "long"
        if seconds < 0.5:
            return "at once"
        for limit in (SHORT, 2 + SHORT, LONG, 2 + LONG):
            if limit - 0.3 < seconds < limit + 0.7:
                return f"{limit} s"
        return f"{seconds:.1f} s"

    def go_on(self, other, began, cut):
        if self.case.then == "talk":
            for _ in range(4):
                time.sleep(0.5)
                other.sendall(b"z")
        if self.case.then == "flood":
            try:
                for _ in range(500):
                    other.sendall(bytes(65536))
            except OSError:
                cut["sender"] = self.about(time.monotonic() - began)


def configuration(app):
    text = (f"global\n    nbthread 1\ndefaults\n    log {SYSLOG}:5514 local3\n"
            "    log-format \"%f %ts\"\n    timeout connect 2s\n"
            # For whom the lab waits.
            f"frontend ready\n    bind {ADDRESS}:80\n    timeout client 1s\n")
    for number, case in enumerate(CASES.values()):
        lines = "".join(f"    timeout {name} {limit}\n" for name, limit in case.timeouts.items())
        text += (f"listen case{number}\n    mode {case.mode}\n    bind {ADDRESS}:{9000 + number}\n"
                 f"{lines}    server a {app.host.address}:{9000 + number}\n")
    return text


def play_all(both, kind):
    app = both.solo.apps[0]
    listeners = [listen_on(app.host, 9000 + number) for number in range(len(CASES))]
    both.syslog.lines()
    try:
        with both.solo.proxy(configuration(app), kind), ThreadPoolExecutor(len(CASES)) as threads:
            runs = [threads.submit(Play(both, case, number, listener).run)
                    for number, (case, listener) in enumerate(zip(CASES.values(), listeners))]
            seen = [run.result() for run in runs]
            states = dict(re.search(r"case(\d+) (\S+)$", line).groups()
                          for line in both.syslog.wait_for(len(CASES),
                                                           keep=lambda line: " case" in line))
    finally:
        for listener in listeners:
            listener.close()
    return {name: {"cut": seen[number], "log": states.get(str(number))}
            for number, name in enumerate(CASES)}


@pytest.fixture(scope="module")
def results(both):
    return {kind: play_all(both, kind) for kind in KINDS}


@pytest.mark.parametrize("name", CASES)
def test_cut_at_the_same_time(results, name):
    assert results["wslb"][name] == results["haproxy"][name]
