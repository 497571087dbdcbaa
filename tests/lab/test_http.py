"""HTTP through the proxy as clients see it. LAB_PROXY=haproxy checks the expectations."""
import hashlib
import os
import time

import pytest

from .clock import wait_until
from .solo import kind_under_test

wslb_only = pytest.mark.skipif(kind_under_test() != "wslb", reason="stricter than HAProxy")


@pytest.fixture(scope="module")
def plain(solo):
    """One proxy without health checks for the whole file."""
    with solo.proxy(solo.configuration("    balance roundrobin\n    option forwardfor")):
        yield solo


def seen(solo):
    return [request for app in solo.apps for request in app.requests()]


def test_get(plain):
    response = plain.get("/whoami", "X-Thing: kept")
    assert response.status == 200
    assert response.body.endswith(b"via 10.77.0.11")
    wait_until(lambda: seen(plain), 2, "the app has logged")
    request = seen(plain)[-1]
    assert request["headers"]["x-thing"] == ["kept"]
    assert request["headers"]["x-forwarded-for"] == ["10.77.0.31"]


def test_keep_alive_serves_many_requests_on_one_connection(plain):
    connection = plain.http()
    local = connection.socket.getsockname()
    for _ in range(50):
        assert connection.get("/whoami").status == 200
    assert connection.socket.getsockname() == local
    assert connection.get("/whoami", "Connection: close").status == 200
    assert connection.closed()


def test_http_1_0_closes(plain):
    connection = plain.http()
    connection.send("GET /whoami HTTP/1.0\r\n\r\n")
    assert connection.response().status == 200
    assert connection.closed()


@pytest.mark.parametrize("size", [0, 1, 1000, 65536, 5_000_000])
@pytest.mark.parametrize("path", ["size", "chunked"])
def test_response_bodies(plain, path, size):
    body = plain.get(f"/{path}?bytes={size}").body
    assert len(body) == size
    assert body == body[:1] * size


@pytest.mark.parametrize("size", [1, 20_000, 3_000_000])
def test_request_bodies(plain, size):
    body = os.urandom(size)
    response = plain.get("/body", method="POST", body=body)
    assert response.body.decode() == hashlib.sha256(body).hexdigest()


def test_chunked_request_body(plain):
    connection = plain.http()
    connection.send("POST /body HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in (b"5\r\nhello\r\n", b"6;x=y\r\n world\r\n", b"0\r\n\r\n"):
        connection.send(part)
    assert connection.response().body.decode() == hashlib.sha256(b"hello world").hexdigest()
    assert connection.get("/whoami").status == 200, "the connection goes on"


def test_head_has_no_body(plain):
    connection = plain.http()
    assert connection.get("/size?bytes=1000", method="HEAD").header("Content-Length") == "1000"
    assert connection.get("/whoami").status == 200


def test_request_in_single_bytes(plain):
    connection = plain.http()
    for byte in b"GET /whoami HTTP/1.1\r\nHost: lab\r\n\r\n":
        connection.send(bytes([byte]))
    assert connection.response().status == 200


def test_pipelined_requests_are_answered_in_order(plain):
    connection = plain.http()
    stream = connection.socket.makefile("rb")
    connection.send("".join(f"GET /size?bytes={size} HTTP/1.1\r\nHost: lab\r\n\r\n"
                            for size in (3, 2, 1)))
    for size in (3, 2, 1):
        assert b" 200 " in stream.readline()
        while stream.readline() != b"\r\n":
            pass
        assert len(stream.read(size)) == size


BAD_REQUESTS = {
    "not http": b"hello there\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "space before colon": b"GET /x HTTP/1.1\r\nHost : lab\r\n\r\n",
    "two hosts": b"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two lengths": b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "negative length": b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "control in method": b"G\x01T /x HTTP/1.1\r\nHost: a\r\n\r\n",
    "websocket without key":
        b"GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
}
STRICT_REQUESTS = {
    "nul in header": b"GET /x HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "length and chunked": b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                          b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "obsolete folding": b"GET /x HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "no host in 1.1": b"GET /x HTTP/1.1\r\n\r\n",
    "chunked twice": b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


def refuse(plain, raw):
    before = [len(app.requests()) for app in plain.apps]

    def new():
        return [r["target"] for app, n in zip(plain.apps, before) for r in app.requests()[n:]]
    connection = plain.http()
    connection.send(raw)
    response = connection.response()
    assert response is not None and response.status == 400
    assert connection.closed()
    assert plain.get("/whoami").status == 200  # had the bad one gone on, it would be logged by now
    wait_until(new, 2, "the good request is logged")
    assert new() == ["/whoami"]


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_bad_request_is_400_and_goes_no_further(plain, name):
    refuse(plain, BAD_REQUESTS[name])


@wslb_only
@pytest.mark.parametrize("name", STRICT_REQUESTS)
def test_ambiguous_request_is_400_and_goes_no_further(plain, name):
    refuse(plain, STRICT_REQUESTS[name])


def test_head_without_end_is_limited(plain):
    connection = plain.http()
    try:
        for _ in range(64):
            connection.send("X: " + "y" * 4000 + "\r\n" if _ else "GET /x HTTP/1.1\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        response = connection.response()
    except ConnectionResetError:
        response = None
    assert response is None or response.status in (400, 431)


def test_unusable_answer_is_502(plain):
    assert plain.get("/drop").status == 502


def test_client_that_leaves_early_harms_nobody(plain):
    for _ in range(20):
        connection = plain.http()
        connection.send("GET /slow?ms=200 HTTP/1.1\r\nHost: lab\r\n\r\n")
        connection.abort()
    assert plain.get("/whoami").status == 200


def test_no_server_is_503(solo):
    with solo.proxy(solo.configuration("    balance roundrobin", apps=[])):
        assert solo.get("/whoami").status == 503


def test_no_healthy_server_is_503_and_recovery(solo):
    backend = "    option httpchk GET /status?haproxy=1\n    http-check expect status 200"
    app = solo.apps[0]
    text = solo.configuration(backend, "check inter 100ms rise 1 fall 1", apps=[app])
    with solo.proxy(text):
        assert solo.get("/whoami").status == 200
        try:
            assert solo.get("/fail", method="POST").status == 200
            wait_until(lambda: solo.get("/whoami").status == 503, 5, "503")
        finally:
            app.heal()
        wait_until(lambda: solo.get("/whoami").status == 200, 5, "200 again")


def test_slow_request_head_is_408(solo):
    with solo.proxy(solo.configuration("", defaults="    timeout http-request 500ms\n")):
        connection = solo.http()
        begin = time.monotonic()
        connection.send("GET / HTTP/1.1\r\nHost")
        assert connection.response().status == 408
        assert 0.4 < time.monotonic() - begin < 3


def test_silent_server_is_504(solo):
    with solo.proxy(solo.configuration("", defaults="    timeout server 300ms\n")):
        begin = time.monotonic()
        assert solo.get("/slow?ms=5000").status == 504
        assert 0.25 < time.monotonic() - begin < 3


def test_idle_keep_alive_connection_is_closed(solo):
    with solo.proxy(solo.configuration("", defaults="    timeout http-keep-alive 300ms\n")):
        connection = solo.http()
        assert connection.get("/whoami").status == 200
        begin = time.monotonic()
        assert connection.closed()
        assert 0.25 < time.monotonic() - begin < 3


def test_redispatch_to_another_server(solo):
    """Connections to a dead server go to a living one: `option redispatch 1` of the defaults."""
    text = solo.configuration("    balance roundrobin")
    text = text.replace(solo.apps[0].endpoint, f"{solo.apps[0].host.address}:9")  # refuses
    with solo.proxy(text):
        assert {solo.get("/whoami").status for _ in range(6)} == {200}
