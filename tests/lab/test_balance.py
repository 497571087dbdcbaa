"""Which server gets a request: sequences, cookies, queues, routes; some beside HAProxy."""
import json
import threading
import time

import pytest

from .clock import wait_until
from .solo import Solo, kind_under_test

COOKIE = "    balance roundrobin\n    cookie SRV insert indirect nocache"


def cookie_of(response):
    return response.header("Set-Cookie").split(";")[0]


@pytest.mark.parametrize("weights", [(1, 1, 1), (5, 1, 1), (3, 2, 1), (10, 20, 30), (1, 0, 3)])
def test_roundrobin_has_haproxys_sequence(solo, weights):
    text = solo.configuration("    balance roundrobin")
    text = text.replace("global\n", "global\n    nbthread 1\n")
    for app, weight in zip(solo.apps, weights):
        text = text.replace(app.endpoint, f"{app.endpoint} weight {weight}")
    count = 2 * sum(weights)
    sequences = {}
    for kind in ("haproxy", kind_under_test()):
        with solo.proxy(text, kind):
            sequences[kind] = solo.sequence(count)
    assert sequences[kind_under_test()] == sequences["haproxy"]
    assert {app: sequences["haproxy"].count(app) for app in "abc"} == {
        app: 2 * weight for app, weight in zip("abc", weights)}


def test_leastconn_counts_tunnels(solo):
    """An upgraded connection stays in its server's count until it closes."""
    with solo.proxy(solo.configuration("    balance leastconn")):
        tunnels = [solo.websocket() for _ in range(6)]
        assert sorted(t.headers["x-app"] for t in tunnels) == ["a", "a", "b", "b", "c", "c"]
        for tunnel in [t for t in tunnels if t.headers["x-app"] == "b"]:
            tunnel.close()
        wait_until(lambda: set(solo.sequence(3)) == {"b"}, 5, "b has the fewest")


def test_cookie_insert_indirect_nocache(solo):
    with solo.proxy(solo.configuration(COOKIE, "cookie s{app.name}")):
        first = solo.get("/whoami")
        server = first.header("X-App")
        assert first.header("Set-Cookie") == f"SRV=s{server}; path=/"
        assert not first.header("Cache-Control"), "no cache would keep it anyway"
        assert "private" in solo.get("/cached").header("Cache-Control")
        for _ in range(10):
            again = solo.get("/whoami", f"Cookie: {cookie_of(first)}")
            assert again.header("X-App") == server
            assert not again.header("Set-Cookie")
        arrived = solo.get("/cookies", f"Cookie: x=1; {cookie_of(first)}; y=2").body
        assert json.loads(arrived) == ["x=1; y=2"]
        assert json.loads(solo.get("/cookies", f"Cookie: {cookie_of(first)}").body) == []
        unknown = solo.get("/whoami", "Cookie: SRV=nobody")
        assert cookie_of(unknown) == f"SRV=s{unknown.header('X-App')}"


def test_cookie_on_keep_alive_connection_chooses_anew_each_time(solo):
    with solo.proxy(solo.configuration(COOKIE, "cookie {app.name}")):
        connection = solo.http()
        for name in "abcabc":
            assert connection.get("/whoami", f"Cookie: SRV={name}").header("X-App") == name


def test_cookie_prefix(solo):
    """`cookie io prefix`: the server's own cookie gets the server's name in front."""
    text = solo.configuration("    balance roundrobin\n    cookie io prefix indirect nocache",
                              "cookie {app.name}")
    with solo.proxy(text):
        for name in "abc":
            response = solo.get("/cookies", f"Cookie: io={name}~session1")
            assert response.header("X-App") == name
            assert json.loads(response.body) == ["io=session1"]


def test_cookie_of_a_dead_server_goes_elsewhere(solo):
    backend = COOKIE + "\n    option httpchk GET /status?haproxy=1"
    app = solo.apps[1]
    with solo.proxy(solo.configuration(backend, "cookie {app.name} check inter 100ms fall 1")):
        assert solo.get("/whoami", "Cookie: SRV=b").header("X-App") == "b"
        try:
            assert solo.get("/fail", "Cookie: SRV=b", method="POST").status == 200
            wait_until(lambda: solo.get("/whoami", "Cookie: SRV=b").header("X-App") != "b", 5,
                       "b is down")
            moved = solo.get("/whoami", "Cookie: SRV=b")
            assert cookie_of(moved) == f"SRV={moved.header('X-App')}"
        finally:
            app.heal()


def test_server_maxconn_queues_then_503(solo):
    """Two WebSockets hold both slots; the third waits for `timeout queue`, then gets 503."""
    app = solo.apps[0]
    text = solo.configuration("    timeout queue 700ms", "maxconn 2", apps=[app])
    with solo.proxy(text):
        tunnels = [solo.websocket() for _ in range(2)]
        assert all(tunnel.accepted for tunnel in tunnels)
        begin = time.monotonic()
        assert solo.get("/whoami").status == 503
        assert 0.6 < time.monotonic() - begin < 3
        tunnels[0].close()
        wait_until(lambda: solo.get("/whoami").status == 200, 5, "a slot is free")


def test_queued_request_gets_the_freed_slot(solo):
    text = solo.configuration("    timeout queue 10s", "maxconn 1", apps=solo.apps[:1])
    with solo.proxy(text):
        results = []

        def fetch():
            results.append(solo.get("/slow?ms=100").status)
        # Namespaces are per thread: solo.get() enters the client's by itself.
        threads = [threading.Thread(target=fetch) for _ in range(8)]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [200] * 8
        assert time.monotonic() - begin > 0.75, "one after the other"


def test_frontend_maxconn_makes_the_rest_wait(solo):
    text = solo.configuration("", frontend="    maxconn 2", apps=solo.apps[:1])
    with solo.proxy(text):
        held = [solo.http() for _ in range(2)]
        assert all(connection.get("/whoami").status == 200 for connection in held)
        third = solo.http(timeout_s=1)
        third.send("GET /whoami HTTP/1.1\r\nHost: lab\r\n\r\n")
        with pytest.raises(TimeoutError):
            third.response()
        held[0].close()
        third.socket.settimeout(5)
        assert third.response().status == 200


ROUTES = """\
    acl is_app hdr_end(host) -i app.example
    acl is_chat hdr_beg(Host) -i chat.
    acl is_upgrade hdr(Connection) -i upgrade
    acl is_websocket hdr(Upgrade) -i websocket
    use_backend sockets if is_upgrade is_websocket
    use_backend chat if is_chat
    use_backend only_c if is_app"""


def routes(solo: Solo):
    a, b, c = solo.apps
    return solo.configuration("", frontend=ROUTES, apps=[a]) + "".join(
        f"\nbackend {name}\n    server {app.name} {app.endpoint}\n"
        for name, app in (("sockets", b), ("chat", b), ("only_c", c)))


@pytest.mark.parametrize("host, expected", [
    ("www.APP.example", "c"), ("app.example", "c"), ("app.example.org", "a"),
    ("Chat.somewhere", "b"), ("chat.app.example", "b"), ("nothing", "a"),
    ("app.example:8080", "a"),
])
def test_host_routes(solo, host, expected):
    with solo.proxy(routes(solo)):
        connection = solo.http()
        connection.send(f"GET /whoami HTTP/1.1\r\nHost: {host}\r\n\r\n")
        assert connection.response().header("X-App") == expected


def test_upgrade_routes(solo):
    with solo.proxy(routes(solo)):
        assert solo.websocket().headers["x-app"] == "b"
        assert solo.get("/whoami").header("X-App") == "a"


def test_tcp_mode_passes_bytes(solo):
    app = solo.apps[0]
    text = ("defaults\n    timeout connect 1s\n    timeout client 10s\n    timeout server 10s\n\n"
            "listen raw\n    mode tcp\n    bind 10.77.0.11:80\n"
            f"    server {app.name} {app.endpoint} source 10.77.0.11\n")
    with solo.proxy(text):
        client = solo.websocket("/raw")
        assert client.accepted
        client.socket.sendall(b"\x00\xff" * 50_000)
        client.half_close()
        assert client.receive_rest() == b"\x00\xff" * 50_000
