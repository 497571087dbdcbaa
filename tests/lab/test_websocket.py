"""WebSocket through the proxy: not one byte lost, changed or held back."""
import os
import socket
import threading
import time

import pytest

from .clock import wait_until
from .websocket import CLOSE, TEXT


@pytest.fixture(scope="module")
def proxy(solo):
    with solo.proxy(solo.configuration("    balance roundrobin")) as process:
        yield solo, process


@pytest.fixture
def connect(proxy):
    return proxy[0].websocket


def test_echo_of_many_sizes(connect):
    client = connect()
    assert client.accepted
    for size in (0, 1, 125, 126, 65535, 65536, 1_000_000):
        message = os.urandom(size)
        client.send(message)
        assert client.receive() == (2, message), size
    client.send(b"hello", TEXT)
    assert client.receive() == (TEXT, b"hello")


def test_large_message(connect):
    client = connect(timeout_s=60)
    message = os.urandom(16 << 20)
    sender = threading.Thread(target=client.send, args=(message,))
    sender.start()
    assert client.receive() == (2, message)
    sender.join()


def test_close_handshake(connect):
    client = connect()
    client.send(b"\x03\xe8bye", CLOSE)
    assert client.receive() == (CLOSE, b"\x03\xe8bye")
    assert client.receive_rest() == b""


def test_bytes_behind_the_upgrade_request_are_kept(proxy):
    """A client may send its first frame together with the request (RFC 6455 forbids it, Engine.IO
    proxies do it all the same): raw bytes come back unchanged."""
    client = proxy[0].http()
    client.send(b"GET /raw HTTP/1.1\r\nHost: lab\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
                b"early bytes")
    received = b""
    while not received.endswith(b"early bytes"):
        part = client.socket.recv(4096)
        assert part, received
        received += part
    assert received.startswith(b"HTTP/1.1 101 ")
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in received


def test_half_close_reaches_the_server_and_the_rest_comes_back(connect):
    client = connect("/raw", timeout_s=30)
    data = os.urandom(2 << 20)
    received = []
    reader = threading.Thread(target=lambda: received.append(client.receive_rest()))
    reader.start()
    client.socket.sendall(data)
    client.half_close()
    reader.join(30)
    assert received and received[0] == data


def test_server_that_closes_after_its_data(connect):
    client = connect("/flood?bytes=3000000", timeout_s=30)
    opcode, payload = client.receive()
    assert (opcode, payload) == (2, bytes(3_000_000))
    assert client.receive_rest() == b""


def memory_kb(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_slow_reader_holds_the_server_back_not_the_memory(proxy):
    """200 MB for a client that does not read: the proxy must stop reading from the server."""
    solo, process = proxy
    before = memory_kb(process)
    client = solo.websocket("/flood?bytes=200000000", receive_buffer=65536, timeout_s=60)
    assert client.accepted
    quick = solo.websocket()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:  # others are served meanwhile
        quick.send(b"x" * 1000)
        assert quick.receive()[1] == b"x" * 1000
    assert memory_kb(process) - before < 40_000
    total = len(client._buffer)
    client.socket.settimeout(60)
    while part := client.socket.recv(1 << 20):
        total += len(part)
    assert total == 200_000_000 + 10  # and its frame's head


def test_slow_reader_in_the_other_direction(proxy):
    """The echo server cannot send what the client does not read, so the client must block."""
    solo, process = proxy
    before = memory_kb(process)
    client = solo.websocket("/raw", receive_buffer=65536)
    client.socket.settimeout(1)
    sent = 0
    with pytest.raises(socket.timeout):
        while sent < 1 << 30:
            sent += client.socket.send(bytes(1 << 16))
    assert sent < 200 << 20
    assert memory_kb(process) - before < 40_000


def test_many_tunnels_at_once(connect):
    clients = [connect() for _ in range(200)]
    for number, client in enumerate(clients):
        client.send(b"%d" % number * 100)
    for number, client in enumerate(clients):
        assert client.receive() == (2, b"%d" % number * 100)
        client.close()


def test_refused_upgrade_is_passed_on(proxy):
    """/whoami does not speak WebSocket in HTTP/1.0 words: a plain GET gets a plain answer."""
    solo, _ = proxy
    response = solo.get("/whoami", "Connection: keep-alive")
    assert response.status == 200


def test_reset_of_the_client_reaches_the_server(proxy):
    solo, process = proxy
    before = len(os.listdir(f"/proc/{process.pid}/fd"))
    for _ in range(30):
        client = solo.websocket("/raw")
        client.socket.send(b"x" * 1000)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
    wait_until(lambda: len(os.listdir(f"/proc/{process.pid}/fd")) <= before + 5, 5,
               "both sockets of every dead tunnel are closed")


def test_tunnel_timeout_closes_an_idle_tunnel_alone(solo):
    with solo.proxy(solo.configuration("", defaults="    timeout tunnel 1s\n")):
        idle, busy = solo.websocket(), solo.websocket()
        begin = time.monotonic()
        while time.monotonic() < begin + 1.6:
            busy.send(b"x")
            assert busy.receive() == (2, b"x")
            time.sleep(0.1)
        assert idle.receive_rest() == b""
        busy.send(b"y")
        assert busy.receive() == (2, b"y")


def test_upgrade_carries_the_sticky_cookie(solo):
    backend = "    cookie SRV insert indirect nocache"
    with solo.proxy(solo.configuration(backend, "cookie {app.name}")):
        client = solo.websocket()
        assert client.accepted
        assert client.headers["set-cookie"] == f"SRV={client.headers['x-app']}; path=/"
