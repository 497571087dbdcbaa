"""Rules that change addresses and keep values before HTTP begins; RDP cookies."""
import re
import socket
import struct

import pytest

from tests.lab.solo import ADDRESS

from .both import Case, ask

pytestmark = pytest.mark.long

SHOWN = "http-request set-header X-A \"%[src] %[src_port] %[dst] %[dst_port] %ci %fi\""
SOME = [ask("/", f"X-T: {value}") for value in ("192.0.2.1", "2001:db8::1", "x", "")] + [ask()]
HTTP = {
    "set-src": Case(SOME, frontend="option forwardfor\nhttp-request set-src hdr(x-t)\n"
                    "http-request set-header X-A \"%[src] %ci\""),
    "set-src of some": Case(SOME, frontend="http-request set-src hdr_ip(x-t) if { hdr(x-t) -m "
                            "beg 192 }\nhttp-request set-header X-A %[src]\noption httplog",
                            log=True),
    "set-dst": Case(SOME, frontend="option originalto\nhttp-request set-dst hdr(x-t)\n"
                    "http-request set-header X-A \"%[dst] %fi\""),
    "ports": Case([ask()], frontend="http-request set-src-port int(1234)\n"
                  "http-request set-dst-port int(4321)\n" + SHOWN),
    "balance source": Case([ask("/", f"X-T: 192.0.2.{n}") for n in range(9)],
                           frontend="http-request set-src hdr(x-t)", backend="balance source"),
    "kept for one request": Case(SOME, frontend="http-request set-src hdr(x-t) if { hdr(x-t) -m "
                                 "found }\nhttp-request set-header X-A %[src]"),
    "connection": Case([ask()], frontend="tcp-request connection set-src ipv4(192.0.2.9)\n"
                       "tcp-request connection set-src-port int(99)\noption forwardfor\n" +
                       SHOWN.replace(" %[dst_port]", "")),
    "session": Case([ask(), ask("/x")], frontend="tcp-request session set-var(sess.a) src\n"
                    "tcp-request session set-dst ipv4(192.0.2.7)\n"
                    "tcp-request session reject if { src 192.0.2.1 }\n"
                    "http-request set-header X-A \"%[var(sess.a)] %[dst]\""),
    "session rejects": Case([ask()], frontend="tcp-request connection set-src ipv4(192.0.2.1)\n"
                            "tcp-request session reject if { src 192.0.2.1 }"),
    "content": Case([ask("/a"), ask("/b")],
                    frontend="tcp-request inspect-delay 1s\n"
                    "tcp-request content set-var(txn.p) path\n"
                    "tcp-request content set-var-fmt(txn.f) \"<%[method]>\"\n"
                    "tcp-request content reject if { var(txn.p) -m str /b }\n"
                    "http-request set-header X-A \"%[var(txn.p)] %[var(txn.f)]\""),
    "reject": Case([ask("/a"), ask("/b")], frontend="option httplog\n"
                   "http-request reject if { path /b }", log=True),
    "proto": Case([ask()], servers="proto h1"),
}


@pytest.mark.parametrize("name", HTTP)
def test_http(both, name):
    both.same(HTTP[name])


CASES = HTTP
TCP = """
global
    nbthread 1
defaults
    mode tcp
    timeout client 2s
    timeout server 2s
    timeout connect 1s
frontend web
    bind 10.77.0.11:80
    tcp-request inspect-delay 500ms
    {lines}
    default_backend app
backend app
    {backend}
    server a {a}
    server b {b}
    server c {c}
"""


def packet(text):
    data = b"\x06\xe0\x00\x00\x00\x00\x00" + text.encode()
    return struct.pack(">BBH", 3, 0, len(data) + 4) + data


def value_for(address, port=3000):
    number = int.from_bytes(socket.inet_aton(address), "little")
    return f"{number}.{(port >> 8) | (port & 255) << 8}.0000"


def reached(both, data):
    """Which app got it: to an app the packet is the first line of a request, of three words."""
    with both.solo.client.inside():
        connection = socket.create_connection((ADDRESS, both.solo.port), timeout=3)
    with connection:
        connection.sendall(data + b"\r\n")
        try:
            answer = connection.recv(400).decode("latin-1")
        except (TimeoutError, ConnectionError):
            return "nothing"
    return re.findall("X-App: (.)", answer)


PACKETS = [packet(f"Cookie: {cookie} 1\r\n") for cookie in (
    "mstshash=anna", "mstshash=bert", "MSTSHASH=carl", "msts=" + value_for("10.77.0.22"),
    "msts=" + value_for("10.77.0.23"), "msts=" + value_for("10.77.0.99"), "msts=1.2.3",
    "msts=x", "msts=", "other=1", "mstshash")] + [packet("cookie: mstshash=dora 1\r\n")]
RDP = {
    "balance": ("", "balance rdp-cookie"),
    "balance of a name": ("", "balance rdp-cookie(msts)"),
    "consistent": ("", "balance rdp-cookie\n    hash-type consistent"),
    "persist": ("", "balance roundrobin\n    persist rdp-cookie"),
    "persist of a name": ("", "persist rdp-cookie(mstshash)"),
    "sample": ("tcp-request content reject if {{ req.rdp_cookie(mstshash) anna }}", ""),
    "any": ("tcp-request content reject unless {{ req.rdp_cookie -m found }}", ""),
    "count": ("tcp-request content reject unless RDP_COOKIE", ""),
    "count of a name": ("tcp-request content accept if {{ rdp_cookie_cnt(msts) 1 }}\n"
                        "    tcp-request content reject", ""),
}


@pytest.mark.parametrize("name", RDP)
def test_rdp(both, name):
    lines, backend = RDP[name]
    if not lines:
        lines = "tcp-request content accept if {{ req.len gt 18 }}"
    both.equal(TCP.format(lines=lines.format(), backend=backend,
                          **{app.name: app.endpoint for app in both.solo.apps}),
               lambda: [reached(both, data) for data in PACKETS])
