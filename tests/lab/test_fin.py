"""A WebSocket's server that ends its half: the client may go on for `timeout client-fin`, where
HAProxy would cut him at once. All else of these time-outs: tests/differential/test_fin.py."""
import socket
import time

import pytest

from .solo import ADDRESS
from .websocket import bare_upgrade

TEXT = """
global
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
    {timeouts}
listen web
    bind {address}:80
    server a {app.host.address}:3100
"""


@pytest.fixture
def listener(solo):
    host = solo.apps[0].host
    with host.inside():
        listener = socket.create_server((host.address, 3100))
    yield listener
    listener.close()


def accept(listener):
    listener.settimeout(5)
    server, _ = listener.accept()
    server.settimeout(8)
    return server


@pytest.mark.parametrize("timeouts, limit_s", [
    ("timeout client-fin 1s", 1), ("timeout client-fin 1s\n    timeout server-fin 4s", 1),
    ("timeout tunnel 2s\n    timeout server-fin 1s", 2)])
def test_the_client_may_go_on(solo, listener, timeouts, limit_s):
    text = TEXT.format(address=ADDRESS, app=solo.apps[0], timeouts=timeouts)
    with solo.proxy(text, "wslb"):
        with solo.client.inside():
            client = socket.create_connection((ADDRESS, solo.port), timeout=8)
        with client, bare_upgrade(client, lambda: accept(listener)) as server:
            began = time.monotonic()
            server.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
            time.sleep(0.5)
            client.sendall(b"still here")
            assert server.recv(100) == b"still here"
            assert server.recv(1) == b""
            assert limit_s + 0.4 < time.monotonic() - began < limit_s + 1.4
