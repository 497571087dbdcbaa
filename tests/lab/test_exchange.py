"""Servers and clients that do not wait for one another: early answers, resets, half a body.

Each test has a server of its own that is told byte by byte what to do.
"""
import contextlib
import socket
import struct
import threading
import time

import pytest

from .solo import kind_under_test

PORT = 3999
pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="HAProxy ends some otherwise")


@contextlib.contextmanager
def scripted(solo, script, timeout_server="30s"):
    """A proxy before a server that runs script(connection) for each connection; yields a list of
    the bytes that each connection received."""
    host = solo.apps[0].host
    with host.inside():
        listener = socket.create_server(("0.0.0.0", PORT))
    received = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(5)
                with contextlib.suppress(OSError):
                    received.append(script(connection))
                connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    address = solo.apps[0].endpoint.split(":")[0]
    text = solo.configuration(f"    timeout server {timeout_server}\n    server x {address}:{PORT}",
                              apps=[])
    try:
        with solo.proxy(text):
            yield received
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            break
        data += chunk
    return data


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def connect(solo):
    with solo.client.inside():
        connection = socket.create_connection(("10.77.0.11", solo.port), timeout=5)
    return connection


def read_to_end(connection):
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
    return data


def test_rest_of_a_refused_body_is_no_request(solo):
    def refuse(connection):
        head = read_head(connection)
        connection.sendall(b"HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n")
        reset(connection)
        return head

    with scripted(solo, refuse) as received, connect(solo) as client:
        client.sendall(b"POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"
                       + b"x" * 90000)
        time.sleep(0.2)
        with contextlib.suppress(OSError):
            client.sendall(b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = b""
        with contextlib.suppress(OSError):
            answer = read_to_end(client)
    assert answer.count(b"HTTP/1.1") <= 1
    assert not any(b"/smuggled" in head for head in received)


def test_client_that_resets_before_an_interim_response_harms_nobody(solo):
    def slow_interim(connection):
        head = read_head(connection)
        time.sleep(0.2)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        return head

    with scripted(solo, slow_interim) as received:
        for _ in range(3):
            client = connect(solo)
            client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n")
            time.sleep(0.05)
            reset(client)
        with connect(solo) as client:
            client.sendall(b"GET /after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            answer = read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert answer.endswith(b"\r\n\r\nok")
    assert len(received) == 4


def test_bad_chunk_beside_its_head_is_400_at_once(solo):
    with scripted(solo, read_head), connect(solo) as client:
        begin = time.monotonic()
        client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        answer = read_to_end(client)
        assert time.monotonic() - begin < 3
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_truncated_response_ends_with_a_reset(solo):
    def truncate(connection):
        head = read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")
        time.sleep(0.2)
        reset(connection)
        return head

    with scripted(solo, truncate), connect(solo) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            read_to_end(client)


def test_response_that_flows_outlives_an_idle_upload(solo):
    def stream(connection):
        head = read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(8):
            time.sleep(0.25)
            connection.sendall(b"4\r\ntick\r\n")
        connection.sendall(b"0\r\n\r\n")
        return head

    text_timeout = "    timeout client 1s\n"
    original = solo.configuration
    solo.configuration = lambda *a, **k: original(*a, defaults=text_timeout, **k)
    try:
        with scripted(solo, stream), connect(solo) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                           b"2\r\nab\r\n")
            answer = read_to_end(client)
    finally:
        del solo.configuration
    assert answer.count(b"tick") == 8
    assert answer.endswith(b"0\r\n\r\n")


def test_stale_connection_and_a_post_end_without_an_answer(solo):
    served = threading.Semaphore(0)

    def once_then_reset_on_the_next(connection):
        head = read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        served.release()
        head += read_head(connection)
        reset(connection)
        return head

    with scripted(solo, once_then_reset_on_the_next) as received, connect(solo) as client:
        client.sendall(b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
        assert served.acquire(timeout=5)
        assert client.recv(65536).endswith(b"ok")
        client.sendall(b"POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
        assert read_to_end(client) == b""
    assert b"".join(received).count(b"POST /2") == 1
