"""Every command of wslbctl with an agent that is down, hangs or is of another version: one clear
line in under two seconds, and an exit status that says so."""
import contextlib
import json
import socket
import struct
import subprocess
import threading
import time

import pytest

from .clock import wait_until
from .network import Network
from .program import ROOT
from .solo import kind_under_test
from .wslb import Wslb, binary

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

# How each command of the table that asks the agent is tried; test_no_command_is_forgotten sees to
# it that all of them are here.
ASKING = {"status": [()], "top": [(), ("--json",)], "failover": [(), ("public", "--to", "lb")],
          "drain": [()], "undrain": [()], "events": [(), ("-f",)], "backends": [(), ("app",)],
          "server": [("b/s", "drain"), ("b/s", "weight", "1")], "tunnels": [(), ("-n", "0")],
          "table": [(), ("t",), ("t", "key")], "reload": [(), ("--hard",)], "version": [()]}
COMMANDS = [(name, *words) for name, forms in ASKING.items() for words in forms]
# Those that need none, and their exit status.
ALONE = {"check": (("FILE",), 0), "doctor": (("FILE",), 1), "keygen": ((), 0), "help": ((), 0),
         "import": (("KEEPALIVED", "HAPROXY"), 0)}
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


def in_time(wslb, words):
    begin = time.monotonic()
    done = wslb.ctl(*words, check=False)
    took = time.monotonic() - begin
    assert took < 2, (words, took)
    return done


def expect_one_line(wslb, words, code, what, remedy):
    """With and without --json: what is wrong, where, and what to do."""
    for line in (words, ("--json", *words)):
        done = in_time(wslb, line)
        assert done.returncode == code, (line, done)
        lines = done.stderr.splitlines()
        assert len(lines) == 1 and lines[0].startswith("wslbctl: "), (line, done.stderr)
        for word in (what, remedy):
            assert word in lines[0], (line, lines)


def expect_the_rest_works(wslb, what):
    """The commands that need no agent; of doctor it is a finding."""
    pair = ROOT / "tests" / "interop" / "pairs" / "shared_file"
    files = {"FILE": wslb.file, "KEEPALIVED": pair / "keepalived.conf",
             "HAPROXY": pair / "haproxy.cfg"}
    for name, (words, code) in ALONE.items():
        line = ("--json", name, *(files[word] for word in words))
        done = in_time(wslb, line)
        assert done.returncode == code, (line, done)
        answer = json.loads(done.stdout)
        if name == "doctor":
            found = [one for one in answer["findings"] if one["id"] == "agent"]
            assert len(found) == 1 and what in found[0]["what"], answer
            assert "systemctl" in found[0]["remedy"]


def test_no_command_is_forgotten(wslb):
    table = json.loads(wslb.ctl("--json", "help").stdout)
    assert {one["name"] for one in table if one["needs_agent"]} == set(ASKING)
    assert {one["name"] for one in table if not one["needs_agent"]} == set(ALONE)


def test_output_that_cannot_be_written_is_a_no():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([binary("wslbctl"), "keygen"], stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False)
    assert done.returncode == 1 and "is the disk full?" in done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_down(wslb, words):
    expect_one_line(wslb, words, 3, f"{wslb.run_dir}/", "systemctl status wslb-agent")


def test_the_rest_without_an_agent(wslb):
    expect_the_rest_works(wslb, "cannot reach wslb-agent")


def test_hanging(wslb):
    agent = wslb.start_agent()
    wait_until(lambda: wslb.status() is not None, 10, "the agent")
    agent.freeze()
    try:
        for words in COMMANDS:
            expect_one_line(wslb, words, 3, "it hangs", "systemctl restart wslb-agent")
        expect_the_rest_works(wslb, "it hangs")
    finally:
        agent.thaw()
        assert agent.stop() == 0


def test_forbidden(wslb):
    """As an ordinary user: reading works for everybody, the rest says what it needs."""
    agent = wslb.start_agent()
    wait_until(lambda: wslb.status() is not None, 10, "the agent")
    opened = [path for path in (wslb.run_dir, *wslb.run_dir.parents) if not path.stat().st_mode & 1]
    for path in opened:
        path.chmod(path.stat().st_mode | 0o011)
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary("wslbctl"),
              "--run-dir", wslb.run_dir)
    try:
        assert '"node"' in wslb.host.run(*nobody, "--json", "status").stdout
        for words in (("drain",), ("reload",), ("table", "t"), ("failover",)):
            done = wslb.host.run(*nobody, *words, check=False)
            assert done.returncode == 3 and "needs root" in done.stderr, (words, done)
    finally:
        for path in opened:
            path.chmod(path.stat().st_mode & ~0o011)
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


def field(content):
    """Protobuf's field 1 with these bytes."""
    size = len(content)
    varint = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return b"\x0a" + varint + content


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


REFUSAL = (b"this agent (0.0.1) does not know the command; it may be older than wslbctl: "
           b"'systemctl restart wslb-agent' after an upgrade")


@pytest.mark.parametrize("kind", ["older", "newer", "garbage"])
def test_of_another_version(wslb, kind):
    answer = {"older": frame(field(field(REFUSAL))),
              "newer": frame(b"\xfa\x07\x00"),  # an answer of a kind that is not known yet
              "garbage": b"HTTP/1.1 400 Bad Request\r\n\r\n"}[kind]
    code, what = {"older": (1, "it may be older"), "newer": (1, "of another version"),
                  "garbage": (3, "is no wslb-agent that this wslbctl")}[kind]
    with strange_agent(wslb, answer):
        for words in COMMANDS:
            expect_one_line(wslb, words, code, what, "systemctl restart wslb-agent")
        expect_the_rest_works(wslb, what)
