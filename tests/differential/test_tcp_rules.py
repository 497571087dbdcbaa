"""tcp-request: who is let in, and which way a connection in TCP mode takes."""
import socket

import pytest

from tests.lab.solo import ADDRESS

TCP = """
global
    nbthread 1
defaults
    timeout client 3s
    timeout server 3s
    timeout connect 2s
frontend web
    bind 10.77.0.11:80
    {lines}
    default_backend app
backend app
    server a {app}
backend other
    server b {other}
"""
REQUEST = b"GET /whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def ask(both, data):
    """Who answers, or how the connection ends."""
    try:
        with both.solo.client.inside():
            connection = socket.create_connection((ADDRESS, both.solo.port), timeout=5)
    except ConnectionError:
        return "closed"
    with connection:
        try:
            if data:
                connection.sendall(data)
            received = b""
            while chunk := connection.recv(4096):
                received += chunk
                if b'"app"' in received or b"X-App" in received:
                    break
        except TimeoutError:
            return "silence"
        except ConnectionError:  # or a plain end: as the request's bytes race with it
            pass
        for name in (b"x-app: a", b"x-app: b"):
            if name in received.lower():
                return name.decode()
        return received[:12].decode("latin-1") or "closed"


LET_IN = "tcp-request connection reject if { src 10.77.0.0/24 }"
CASES = {
    "reject": (LET_IN, [REQUEST]),
    "accept before reject": (f"tcp-request connection accept if {{ src 10.77.0.31 }}\n    {LET_IN}",
                             [REQUEST]),
    "http mode": (f"mode http\n    {LET_IN}", [REQUEST]),
    "content in http mode": ("mode http\n    tcp-request content reject if { path /whoami }",
                             [REQUEST, REQUEST.replace(b"/whoami", b"/cookies")]),
    "inspection accepts HTTP": (
        "tcp-request inspect-delay 2s\n    tcp-request content accept if HTTP\n"
        "    tcp-request content reject", [REQUEST, b"hello\r\n\r\n"]),
    "inspection ends": ("tcp-request inspect-delay 300ms\n"
                        "    tcp-request content reject if WAIT_END", [b"x"]),
    "route by content": (
        "tcp-request inspect-delay 2s\n    tcp-request content accept if { req.len gt 0 }\n"
        "    use_backend other if { req.payload(0,3) -m str GET }", [REQUEST]),
    "route by source": ("use_backend other if { src 10.77.0.31 }", [REQUEST]),
    "route by state": ("use_backend other if { nbsrv(app) gt 0 } !{ src_port lt 5 }", [REQUEST]),
}


@pytest.mark.parametrize("name", CASES)
def test_tcp_rule(both, name):
    lines, requests = CASES[name]
    a, b = both.solo.apps[:2]
    text = TCP.format(lines=lines, app=a.endpoint, other=b.endpoint)
    if "mode http" in lines:
        text = text.replace("defaults\n", "defaults\n    mode http\n")
    both.equal(text, lambda: [ask(both, data) for data in requests])
