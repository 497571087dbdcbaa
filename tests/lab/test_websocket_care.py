"""`option websocket-close` and `option websocket-ping`: what both ends of a WebSocket see."""
import signal
import time

import pytest

from .clock import wait_until
from .websocket import CLOSE, PING, PONG, TEXT

GOING_AWAY, SERVICE_RESTART = (1001).to_bytes(2, "big"), (1012).to_bytes(2, "big")


@pytest.fixture
def closing(solo):
    def start(options="    option websocket-close\n", top="", ends=True):
        text = solo.configuration("    balance roundrobin", frontend=options)
        return solo.proxy(text.replace("global\n", f"global\n{top}", 1), ends=ends)
    return start


def closes_seen(solo):
    return [r["target"] for app in solo.apps for r in app.requests() if r["method"] == "CLOSE"]


@pytest.mark.parametrize("number, code", [(signal.SIGUSR1, GOING_AWAY),
                                          (signal.SIGTERM, SERVICE_RESTART)])
def test_both_ends_of_an_idle_socket_are_told(solo, closing, number, code):
    known = len(closes_seen(solo))
    with closing() as process:
        client = solo.websocket("/ticks?bytes=0")
        echo = solo.websocket()
        echo.send(b"hello", TEXT)
        assert echo.receive() == (TEXT, b"hello")
        process.signal(number)
        assert echo.receive() == (CLOSE, code)
        echo.send(code, CLOSE)
        assert echo.socket.recv(1) == b""
        wait_until(lambda: closes_seen(solo)[known:] == [code.hex()], 2, "the server knows")
        client.close()
        assert process.wait(5) == 0


def test_the_close_stands_between_two_frames_of_a_busy_stream(solo, closing):
    """Frames of 100,000 bytes, never a moment without one under way."""
    with closing() as process:
        clients = [solo.websocket("/ticks?bytes=100000", receive_buffer=30000) for _ in range(5)]
        for client in clients:
            for n in range(20):
                assert client.receive() == (2, bytes([n]) * 100000)
        process.signal(signal.SIGUSR1)
        for client in clients:
            n = 20
            while True:
                opcode, payload = client.receive()
                if opcode == CLOSE:
                    break
                assert (opcode, payload) == (2, bytes([n % 256]) * 100000)
                n += 1
            assert payload == GOING_AWAY
            client.send(GOING_AWAY, CLOSE)
            assert client.receive_rest() == b"", "nothing follows the Close"
        assert process.wait(5) == 0


def test_one_who_does_not_answer_is_cut(solo, closing):
    with closing() as process:
        client = solo.websocket("/raw")  # whose server knows no Close
        process.signal(signal.SIGUSR1)
        assert client.receive() == (CLOSE, GOING_AWAY)
        begin = time.monotonic()
        assert client.socket.recv(1) == b""
        assert 1 < time.monotonic() - begin < 5
        assert process.wait(5) == 0


def test_without_the_option_a_drained_proxy_waits(solo, closing):
    with closing(options="") as process:
        client = solo.websocket()
        process.signal(signal.SIGUSR1)
        for _ in range(10):
            client.send(b"still here", TEXT)
            assert client.receive() == (TEXT, b"still here")
            time.sleep(0.05)
        client.close()
        assert process.wait(5) == 0


def test_drain_rate_paces_the_farewell(solo, closing):
    """40 at 40 a second: a quarter second sees some of them, and not all; the deadline ends it."""
    with closing(top="    drain-rate 40/s\n    nbthread 2\n") as process:
        clients = [solo.websocket() for _ in range(40)]
        begin = time.monotonic()
        process.signal(signal.SIGUSR1)
        times = []
        for client in clients:
            assert client.receive() == (CLOSE, GOING_AWAY)
            times.append(time.monotonic() - begin)
            client.send(GOING_AWAY, CLOSE)
        assert 0.7 < max(times) < 3
        assert process.wait(5) == 0
    with closing(top="    drain-rate 1/s deadline 300ms\n") as process:
        clients = [solo.websocket() for _ in range(40)]
        begin = time.monotonic()
        process.signal(signal.SIGUSR1)
        for client in clients:
            assert client.receive() == (CLOSE, GOING_AWAY)
            client.send(GOING_AWAY, CLOSE)
        assert 0.2 < time.monotonic() - begin < 3
        assert process.wait(5) == 0


PING_OPTION = "    option websocket-ping 200ms timeout 500ms\n"


def test_a_client_that_answers_pings_stays(solo, closing):
    with closing(options=PING_OPTION, ends=False):
        client = solo.websocket()
        pings = 0
        while pings < 5:
            frame = client.receive()
            assert frame in ((PING, b""), (PONG, b"")), "the echo server returns our Pongs"
            if frame[0] == PING:
                pings += 1
                client.send(b"", PONG)
        client.send(b"hello", TEXT)
        while (frame := client.receive())[0] in (PING, PONG):
            pass
        assert frame == (TEXT, b"hello")


def test_a_client_that_is_gone_is_cut_even_while_the_server_talks(solo, closing):
    with closing(options=PING_OPTION, ends=False):
        for path in ("/echo", "/ticks?bytes=100"):
            client = solo.websocket(path)
            begin, pings = time.monotonic(), 0
            try:
                while True:
                    pings += client.receive()[0] == PING
            except (EOFError, ConnectionResetError):
                pass
            assert pings == 1
            assert 0.6 < time.monotonic() - begin < 4


def test_a_client_that_talks_is_not_pinged(solo, closing):
    option = "    option websocket-ping 1s timeout 2s\n"
    with closing(options=option, ends=False):
        client = solo.websocket()
        for _ in range(10):
            client.send(b"x", TEXT)
            assert client.receive() == (TEXT, b"x")
            time.sleep(0.15)
