"""SIGHUP: another configuration in the running process. Nobody is refused, and no tunnel ends but
those of servers that have gone."""
import re
import signal
import threading
import time

import pytest

from .clock import wait_until
from .http_client import HttpClient
from .stats_socket import Operator
from .solo import ADDRESS
from .websocket import WebSocket

BALANCE = "    balance roundrobin"
IN_USE = "the configuration was read again and is in use"


def servers(solo, names, options=""):
    return [app for app in solo.apps if app.name in names]


@pytest.fixture
def operator(solo):
    return Operator(solo.host.directory / "reload.sock")


def configuration(solo, names="abc", backend=BALANCE, frontend="", options="", top="", tail=""):
    text = solo.configuration(backend, options, apps=servers(solo, names), frontend=frontend)
    path = solo.host.directory / "reload.sock"
    lines = f"    stats socket {path} level admin\n{top}"
    return text.replace("global\n", f"global\n{lines}", 1) + tail


def echo(client, message=b"hello"):
    client.send(message)
    assert client.receive() == (2, message)



def test_tunnels_and_counts_survive(solo, operator):
    with solo.proxy(configuration(solo)) as process:
        tunnels = [solo.websocket() for _ in range(6)]
        for tunnel in tunnels:
            echo(tunnel)
        for n in range(5):
            assert IN_USE in solo.reload(process, configuration(solo, top="    log-tag x\n"))
            for tunnel in tunnels:
                echo(tunnel, b"%d" % n)
        row = operator.stat("web", "FRONTEND")
        assert (row["stot"], row["scur"]) == ("6", "6")
        assert [operator.stat("app", name)["scur"] for name in "abc"] == ["2", "2", "2"]
        assert operator.stat("app", "BACKEND")["scur"] == "6"
        assert int(operator.stat("app", "a")["bin"]) > 0
        for tunnel in tunnels:
            tunnel.close()
        wait_until(lambda: operator.stat("app", "a")["scur"] == "0", 2, "no tunnel is counted")
        wait_until(lambda: operator.stat("web", "FRONTEND")["scur"] == "0", 2, "nor its client")
        assert operator.stat("app", "BACKEND")["scur"] == "0"


def test_only_tunnels_of_a_removed_server_end(solo, operator):
    with solo.proxy(configuration(solo)) as process:
        tunnels = [solo.websocket() for _ in range(6)]
        solo.reload(process, configuration(solo, "ac"))
        for tunnel in tunnels:
            if tunnel.headers["x-app"] == "b":
                assert tunnel.receive_rest() == b""
            else:
                echo(tunnel)
        assert set(solo.sequence(6)) == {"a", "c"}
        # The third reload has nothing to do with the first any more.
        for names in ("abc", "ac"):
            solo.reload(process, configuration(solo, names))
        for tunnel in tunnels:
            if tunnel.headers["x-app"] != "b":
                echo(tunnel)


def test_another_address_is_another_server(solo):
    text = configuration(solo, "a")
    other = text.replace(solo.apps[0].endpoint, solo.apps[1].endpoint)
    with solo.proxy(text) as process:
        tunnel = solo.websocket()
        solo.reload(process, other)
        assert tunnel.receive_rest() == b""
        assert solo.get().header("X-App") == "b"


def test_an_erroneous_file_changes_nothing(solo):
    with solo.proxy(configuration(solo)) as process:
        tunnel = solo.websocket()
        bad = configuration(solo, "a").replace("mode http", "mode hppt\n    blance roundrobin")
        log = solo.reload(process, bad)
        name = process.configuration.name
        assert re.search(name + r":\d+: error: .*hppt", log), log
        assert re.search(name + r":\d+: error: .*blance", log), log
        assert "the configuration in use stays" in log
        echo(tunnel)
        assert set(solo.sequence(6)) == set("abc")
        process.configuration.unlink()
        assert "cannot" in solo.reload(process)
        assert set(solo.sequence(3)) == set("abc")
        assert IN_USE in solo.reload(process, configuration(solo, "a"))
        assert solo.sequence(3) == "aaa"
        echo(tunnel) if tunnel.headers["x-app"] == "a" else tunnel.receive_rest()


def test_binds_come_and_go_all_or_none(solo):
    with solo.proxy(configuration(solo)) as process:
        port = solo.port
        second = f"    bind {ADDRESS}:9001\n"
        third = f"    bind {ADDRESS}:9002\n"
        solo.reload(process, configuration(solo, frontend=second))
        solo.port = 9001
        tunnel = solo.websocket()
        echo(tunnel)
        # Its port is another's: nothing of this comes to be, the new port neither.
        taken = solo.host.spawn("/usr/bin/python3", "-m", "http.server", "9003", "--bind", ADDRESS,
                                name="taken")
        solo.host.wait_listening(9003)
        solo.port = port
        log = solo.reload(process, configuration(
            solo, "a", frontend=third + f"    bind {ADDRESS}:9003\n"))
        assert "another process listens there" in log
        solo.port = 9002
        with pytest.raises(ConnectionRefusedError):
            solo.http()
        solo.port = 9001
        assert set(solo.sequence(6)) == set("abc")
        taken.dispose()
        solo.port = port
        solo.reload(process, configuration(solo, frontend=third))
        solo.port = 9001
        with pytest.raises(ConnectionRefusedError):
            solo.http()
        echo(tunnel)
        solo.port = 9002
        assert set(solo.sequence(3)) == set("abc")
        solo.port = port


def test_an_address_cannot_grow_in_place(solo):
    with solo.proxy(configuration(solo)) as process:
        wide = configuration(solo).replace(f"bind {ADDRESS}:80\n", f"bind *:{solo.port}\n")
        log = solo.reload(process, wide)
        assert f"'bind' 0.0.0.0:{solo.port} overlaps with {ADDRESS}:{solo.port} of the" in log
        assert "the configuration in use stays" in log
        assert solo.get().status == 200


def test_the_last_of_many_signals_counts(solo):
    with solo.proxy(configuration(solo)) as process:
        for n in range(30):
            process.configuration.write_text(solo.with_port(configuration(solo, "abc"[n % 3])))
            process.signal(signal.SIGHUP)
        wait_until(lambda: solo.sequence(4) == "cccc", 5, "the last file counts")
        time.sleep(0.3)
        assert solo.sequence(4) == "cccc"


def test_an_address_moves_to_another_frontend(solo):
    """The sockets stay, whose clients they accept is another matter."""
    with solo.proxy(configuration(solo)) as process:
        tail = (f"\nfrontend other\n    bind {ADDRESS}:80\n    default_backend single\n"
                f"backend single\n    server x {solo.apps[1].endpoint}\n")
        text = configuration(solo, tail=tail).replace(f"bind {ADDRESS}:80\n",
                                                      f"bind {ADDRESS}:9005\n", 1)
        tunnel, idle = solo.websocket(), solo.http()
        assert idle.get().status == 200
        solo.reload(process, text)
        assert solo.sequence(3) == "bbb"
        echo(tunnel)
        assert idle.get().header("X-App") in "abc"  # still a client of "web"


def test_a_request_under_way_is_answered_whole(solo):
    with solo.proxy(configuration(solo, "a")) as process:
        slow, chunked = solo.http(), solo.http()
        slow.send("GET /slow?ms=1500 HTTP/1.1\r\nHost: lab\r\n\r\n")
        upload = solo.http()
        upload.send("POST /body HTTP/1.1\r\nHost: lab\r\nContent-Length: 10\r\n\r\n12345")
        time.sleep(0.2)
        # Its server has gone, and so has its backend's name.
        text = configuration(solo, "b").replace("backend app", "backend other") \
            .replace("default_backend app", "default_backend other")
        solo.reload(process, text)
        assert chunked.get().header("X-App") == "b"
        upload.send("67890")
        answer = upload.response()
        assert (answer.status, answer.header("X-App")) == (200, "a")
        answer = slow.response()
        assert (answer.status, answer.header("X-App")) == (200, "a")
        assert slow.get().header("X-App") == "b"  # the next request of that client


def test_a_kept_connection_sees_the_new_rules(solo):
    denied = "    http-request deny deny_status 403 if { path /secret }\n"
    with solo.proxy(configuration(solo, "a")) as process:
        client = solo.http()
        assert client.get("/secret").status == 200
        peers = {r["peer"] for r in solo.apps[0].requests()}
        solo.reload(process, configuration(solo, "a", frontend=denied))
        assert client.get("/secret").status == 403
        assert peers  # and then it is closed, as a refused client's is
        client = solo.http()
        assert client.get("/whoami").status == 200
        solo.reload(process, configuration(solo, "a"))
        assert client.get("/secret").status == 200


def test_a_client_of_a_removed_frontend_is_told_by_a_close(solo):
    extra = f"\nfrontend extra\n    bind {ADDRESS}:9010\n    default_backend app\n"
    with solo.proxy(configuration(solo, tail=extra)) as process:
        port, solo.port = solo.port, 9010
        client, tunnel = solo.http(), solo.websocket()
        assert client.get().status == 200
        solo.port = port
        solo.reload(process, configuration(solo))
        assert client.closed()
        echo(tunnel)
        for _ in range(3):
            solo.reload(process)
        echo(tunnel)
        tunnel.close()


def test_nobody_is_refused_in_a_row_of_reloads(solo):
    failures, answered, over = [], [0], threading.Event()

    def client():
        with solo.client.inside():
            while not over.is_set():
                try:
                    connection = HttpClient(ADDRESS, solo.port, timeout_s=10)
                    answer = connection.get()
                    connection.close()
                    if answer is None or answer.status != 200:
                        failures.append(answer)
                    answered[0] += 1
                except OSError as error:
                    failures.append(error)
    with solo.proxy(configuration(solo)) as process:
        threads = [threading.Thread(target=client) for _ in range(3)]
        for thread in threads:
            thread.start()
        for n in range(20):
            names = ("abc", "ab", "bc", "ca")[n % 4]
            assert IN_USE in solo.reload(process, configuration(solo, names))
        over.set()
        for thread in threads:
            thread.join()
        assert not failures, failures[:5]
        assert answered[0] > 100


def test_slots_and_queue_hold_across_reloads(solo, operator):
    """One slot for each server: who holds it keeps it, who waits gets it when it is free."""
    text = configuration(solo, "a", backend=BALANCE + "\n    timeout queue 5s", options="maxconn 1")
    with solo.proxy(text) as process:
        holder = solo.websocket()
        before, after = solo.http(), solo.http()
        before.send("GET /whoami HTTP/1.1\r\nHost: lab\r\n\r\n")
        wait_until(lambda: operator.stat("app", "BACKEND")["qcur"] == "1", 2, "one waits")
        solo.reload(process)
        after.send("GET /whoami HTTP/1.1\r\nHost: lab\r\n\r\n")
        wait_until(lambda: operator.stat("app", "BACKEND")["qcur"] == "1", 2, "another waits")
        assert operator.stat("app", "a")["scur"] == "1"
        for _ in range(3):
            solo.reload(process)
        holder.close()
        assert (before.response().status, after.response().status) == (200, 200)
        wait_until(lambda: operator.stat("app", "a")["scur"] == "0", 2, "all slots are back")
        assert solo.get().status == 200


def test_maxconn_of_the_frontend_holds(solo, operator):
    limit = "    maxconn {}\n"
    with solo.proxy(configuration(solo, frontend=limit.format(2))) as process:
        tunnels = [solo.websocket(), solo.websocket()]
        waiting = solo.http()
        waiting.send("GET /whoami HTTP/1.1\r\nHost: lab\r\n\r\n")
        solo.reload(process)
        assert operator.stat("web", "FRONTEND")["scur"] == "2"
        solo.reload(process, configuration(solo, frontend=limit.format(3)))
        assert waiting.response().status == 200
        waiting.close()
        waiting = solo.http()
        assert waiting.get().status == 200
        solo.reload(process, configuration(solo, frontend=limit.format(1)))
        for tunnel in tunnels:
            echo(tunnel)
            tunnel.close()
        waiting.close()
        wait_until(lambda: operator.stat("web", "FRONTEND")["scur"] == "0", 2, "places are back")
        assert solo.get().status == 200


def test_health_and_the_operators_will_are_kept(solo, operator):
    options = "check inter 60s fastinter 50ms downinter 60s fall 1 rise 1"
    backend = BALANCE + "\n    option httpchk GET /status"
    text = configuration(solo, backend=backend, options=options)
    solo.host.fetch(f"http://{solo.apps[0].endpoint}/fail", method="POST")
    try:
        with solo.proxy(text) as process:
            wait_until(lambda: operator.stat("app", "a")["status"] == "DOWN", 5, "a is down")
            operator.ask("set server app/b state drain")
            operator.ask("set weight app/c 7")
            for _ in range(3):
                assert IN_USE in solo.reload(process)
                assert operator.stat("app", "a")["status"] == "DOWN"
                assert operator.stat("app", "b")["status"] == "DRAIN"
                assert operator.stat("app", "c")["weight"] == "7"
                assert solo.sequence(3) == "ccc"
            assert operator.stat("app", "a")["chkdown"] == "1"
            # What the file says anew counts.
            solo.reload(process, text.replace(f"server c {solo.apps[2].endpoint}",
                                              f"server c {solo.apps[2].endpoint} weight 9"))
            assert operator.stat("app", "c")["weight"] == "9"
    finally:
        solo.apps[0].heal()


def test_what_needs_a_restart_is_said(solo):
    with solo.proxy(configuration(solo, top="    nbthread 2\n")) as process:
        log = solo.reload(process, configuration(solo, top="    nbthread 3\n"))
        assert "'nbthread' cannot change while the proxy runs: restart it" in log
        assert IN_USE in log
        text = configuration(solo).replace(f"bind {ADDRESS}:80\n", "\n")
        assert "no 'bind' line" in solo.reload(process, text)
        assert solo.get().status == 200


def test_a_paused_frontend_stays_paused_and_a_stopped_one_stopped(solo, operator):
    with solo.proxy(configuration(solo)) as process:
        operator.ask("disable frontend web")
        solo.reload(process)
        with pytest.raises(ConnectionRefusedError):
            solo.http()
        operator.ask("enable frontend web")
        assert solo.get().status == 200
        operator.ask("shutdown frontend web")
        with pytest.raises(ConnectionRefusedError):
            solo.http()
        solo.reload(process)
        with pytest.raises(ConnectionRefusedError):
            solo.http()


def test_tcp_mode_and_unix_sockets(solo):
    text = configuration(solo).replace("mode http", "mode tcp")
    with solo.proxy(text) as process:
        tunnel = solo.websocket()
        for _ in range(3):
            solo.reload(process)
            echo(tunnel)
        solo.reload(process, configuration(solo))
        echo(tunnel)
        with solo.client.inside():
            echo(WebSocket(ADDRESS, solo.port, "/echo"))
