"""The PROXY protocol: for whom a proxy in front speaks, and what a server is told."""
import re
import socket
import time

import pytest

from .both import Case
from .raw_server import RawServer

pytestmark = pytest.mark.long

PORT = 9100
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
TCP4 = bytes([1, 2, 3, 4, 5, 6, 7, 8, 0, 100, 0, 80])
TCP6 = bytes(15) + b"\1" + bytes(15) + b"\2" + bytes([0, 100, 0, 80])
REQUEST = b"GET /whoami HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"


def binary(command, family, rest, length=None):
    size = len(rest) if length is None else length
    return SIGNATURE + bytes([command, family]) + size.to_bytes(2, "big") + rest


HEADERS = {
    "v1 IPv4": b"PROXY TCP4 1.2.3.4 5.6.7.8 100 80\r\n",
    "v1 IPv6": b"PROXY TCP6 fd77::1 fd77::2 100 80\r\n",
    "v1 unknown": b"PROXY UNKNOWN\r\n",
    "v1 port 0": b"PROXY TCP4 1.2.3.4 5.6.7.8 0 80\r\n",
    "v1 a word too many": b"PROXY TCP4 1.2.3.4 5.6.7.8 100 80 x\r\n",
    "v1 a word too few": b"PROXY TCP4 1.2.3.4 5.6.7.8 100\r\n",
    "v1 two blanks": b"PROXY TCP4  1.2.3.4 5.6.7.8 100 80\r\n",
    "v1 bare LF": b"PROXY TCP4 1.2.3.4 5.6.7.8 100 80\n",
    "v1 wrong family": b"PROXY TCP6 1.2.3.4 5.6.7.8 100 80\r\n",
    "v1 UDP": b"PROXY UDP4 1.2.3.4 5.6.7.8 100 80\r\n",
    "v1 lower case": b"proxy TCP4 1.2.3.4 5.6.7.8 100 80\r\n",
    "none": b"",
    "v2 IPv4": binary(0x21, 0x11, TCP4),
    "v2 IPv6": binary(0x21, 0x21, TCP6),
    "v2 local": binary(0x20, 0, b""),
    "v2 local with addresses": binary(0x20, 0x11, TCP4),
    "v2 extension": binary(0x21, 0x11, TCP4 + b"\x04\0\x03abc"),
    "v2 half an extension": binary(0x21, 0x11, TCP4 + b"\x04\0"),
    "v2 wrong checksum": binary(0x21, 0x11, TCP4 + b"\x03\0\x04abcd"),
    "v2 UDP": binary(0x21, 0x12, TCP4),
    "v2 unix": binary(0x21, 0x31, bytes(216)),
    "v2 unspecified": binary(0x21, 0, b""),
    "v2 version 1": binary(0x11, 0x11, TCP4),
    "v2 command 2": binary(0x22, 0x11, TCP4),
    "v2 too short": binary(0x21, 0x11, TCP4[:8]),
}


def exchange(both, data, pauses=()):
    """The status line's code, or None where the proxy closed."""
    with both.solo.client.inside():
        connection = socket.create_connection((both.solo.host.address, PORT), 5)
    try:
        at = 0
        for cut in pauses:
            connection.sendall(data[at:cut])
            at = cut
            time.sleep(0.05)
        connection.sendall(data[at:])
        answer = b""
        while part := connection.recv(4096):
            answer += part
        return int(answer.split()[1]) if answer else None
    except (ConnectionResetError, BrokenPipeError):
        return None
    finally:
        connection.close()


@pytest.mark.parametrize("name", HEADERS)
def test_accept_proxy(both, name):
    """The server sees the client of the header; whatever is no header is refused."""
    text = both.configuration(Case([], frontend=f"bind :{PORT} accept-proxy\noption forwardfor"))

    def story():
        both._arrived()
        return [exchange(both, HEADERS[name] + REQUEST), both._arrived()]
    both.equal(text, story)


def test_the_log_names_the_client_of_the_header(both):
    text = both.configuration(Case(
        [], frontend=f"bind :{PORT} accept-proxy\noption httplog", log=True))

    def story():
        both.syslog.lines()
        exchange(both, HEADERS["v1 IPv4"] + REQUEST)
        return both.syslog.wait_for(1)[0].split(": ")[1].split(" ")[0]
    assert both.equal(text, story) == "1.2.3.4:100"


def test_a_refusal_is_logged_unless_nothing_was_sent(both):
    text = both.configuration(Case(
        [], frontend=f"bind :{PORT} accept-proxy name in\noption httplog\noption dontlognull",
        log=True))

    def story():
        both.syslog.lines()
        exchange(both, REQUEST)
        with both.solo.client.inside():
            socket.create_connection((both.solo.host.address, PORT), 5).close()
        line, = both.syslog.wait_for(2, timeout_s=0.7)
        return re.sub(r":\d+ \[.*?\]", ":PORT [DATE]", line.split("]: ")[1])[:31]
    assert both.equal(text, story) == "10.77.0.31:PORT [DATE] web/in: "


def test_a_silent_client_is_closed_by_the_client_timeout(both):
    text = both.configuration(Case(
        [], frontend=f"bind :{PORT} accept-proxy\ntimeout client 500ms"))

    def story():
        begin = time.monotonic()
        return [exchange(both, b""), round(time.monotonic() - begin, 1)]
    assert both.equal(text, story) == [None, 0.5]


@pytest.mark.parametrize("mode", ["http", "tcp"])
@pytest.mark.parametrize("option", ["send-proxy", "send-proxy-v2"])
@pytest.mark.parametrize("header", ["v1 IPv4", "v2 IPv6", "v2 local", "v1 unknown"])
def test_send_proxy_passes_the_client_on(both, mode, option, header):
    raw = RawServer(both.solo.apps[0].host, 7000)
    text = both.configuration(Case([], frontend=f"bind :{PORT} accept-proxy\nmode {mode}",
                                   backend=f"mode {mode}")).split("    server a ")[0]
    text += f"    server raw {both.solo.apps[0].host.address}:7000 {option}\n"

    def story():
        assert exchange(both, HEADERS[header] + REQUEST) == 200
        data, = raw.take()
        head = data.partition(b"GET ")[0]
        if "local" in header or "unknown" in header:  # the client's own port
            head = re.sub(rb" \d+ (\d+\r)", rb" PORT \1", head)
            head = head if head.startswith(b"PROXY") else head[:-4] + head[-2:]
        return repr(head)
    try:
        both.equal(text, story)
    finally:
        raw.close()


@pytest.mark.parametrize("options", ["send-proxy", "send-proxy-v2", "check-send-proxy",
                                     "send-proxy no-send-proxy", ""])
def test_checks_introduce_themselves(both, options):
    raw = RawServer(both.solo.apps[0].host, 7000)
    text = both.configuration(Case([], backend="option httpchk GET /up")).split(
        "    server a ")[0]
    text += (f"    server raw {both.solo.apps[0].host.address}:7000 check inter 100ms {options}\n")

    def story():
        raw.take()
        time.sleep(0.5)
        data = raw.take()[0].partition(b"GET ")[0]
        return repr(re.sub(rb" \d+ (\d+\r)", rb" PORT \1", data))
    try:
        both.equal(text, story)
    finally:
        raw.close()
