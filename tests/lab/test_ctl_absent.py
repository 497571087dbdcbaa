"""Every command of wslbctl with an agent that is down, hangs or is of another version: one clear
line in under two seconds, and an exit status that says so."""
import contextlib
import socket
import struct
import threading
import time

import pytest

from .clock import wait_until
from .network import Network
from .solo import kind_under_test
from .wslb import Wslb

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

COMMANDS = [("status",), ("top",), ("top", "--json"), ("failover",), ("drain",), ("undrain",),
            ("events",), ("events", "-f"), ("backends",), ("server", "b/s", "drain"),
            ("server", "b/s", "weight", "1"), ("tunnels",), ("table",), ("table", "t"),
            ("reload",), ("version",)]
CONFIGURATION = """
cluster lab
    node lb 10.77.0.11
    secret none
vrrp public
    interface lan0
    vrid 51
    vip 10.77.0.100/24
"""


@pytest.fixture(scope="module")
def wslb():
    with Network() as network:
        host = network.add_host("lb", "10.77.0.11")
        made = Wslb(host, CONFIGURATION)
        made.run_dir.mkdir()
        yield made


def expect_one_line(wslb, words, codes):
    begin = time.monotonic()
    done = wslb.ctl(*words, check=False)
    took = time.monotonic() - begin
    assert took < 2, (words, took)
    assert done.returncode in codes, (words, done)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("wslbctl: "), (words, done.stderr)
    return lines[0]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_down(wslb, words):
    assert "does it run?" in expect_one_line(wslb, words, (3,))


def test_hanging(wslb):
    agent = wslb.start_agent()
    wait_until(lambda: wslb.status() is not None, 10, "the agent")
    agent.freeze()
    try:
        for words in COMMANDS:
            assert "hangs" in expect_one_line(wslb, words, (3,)), words
    finally:
        agent.thaw()
        assert agent.stop() == 0


@contextlib.contextmanager
def strange_agent(wslb, answer):
    """Something at both sockets that answers every frame with these bytes."""
    def serve(listener):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, contextlib.suppress(OSError):
                    while client.recv(65536):
                        client.sendall(answer)

    listeners = []
    for name in ("ctl.sock", "status.sock"):
        path = wslb.run_dir / name
        path.unlink(missing_ok=True)
        listeners.append(socket.socket(socket.AF_UNIX))
        listeners[-1].bind(str(path))
        listeners[-1].listen()
        threading.Thread(target=serve, args=(listeners[-1],), daemon=True).start()
    try:
        yield
    finally:
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


REFUSAL = b"this agent (0.0.1) does not know the command; it may be older"


@pytest.mark.parametrize("kind", ["older", "newer", "garbage"])
def test_of_another_version(wslb, kind):
    refusal = b"\x0a" + bytes([len(REFUSAL)]) + REFUSAL
    answer = {"older": frame(b"\x0a" + bytes([len(refusal)]) + refusal),
              "newer": frame(b"\xfa\x07\x00"),  # an answer of a kind that is not known yet
              "garbage": b"HTTP/1.1 400 Bad Request\r\n\r\n"}[kind]
    codes = {"older": (1,), "newer": (1,), "garbage": (3,)}[kind]
    with strange_agent(wslb, answer):
        for words in COMMANDS:
            line = expect_one_line(wslb, words, codes)
            if kind == "older":
                assert "it may be older" in line, (words, line)
