"""What clients and servers say need not be text: it costs nobody's connection, and moves no VIP."""
import contextlib
import json
import socket
import threading

import pytest

from .clock import wait_until
from .configuration import VIP
from .solo import kind_under_test
from .vault_bed import kill_and_restart, make_vault_bed, story
from .websocket import WebSocket

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

MOODY_PORT = 3901
CAPTURES = """
    capture request header X-Name len 8
    capture cookie who len 8
    unique-id-format %[req.hdr(X-Name)]"""
MOODY = """
backend moody
    mode http
    timeout connect 1s
    timeout server 1s
    option httpchk
    server sulky {}:3901 check inter 200ms
"""


@contextlib.contextmanager
def sulking(host):
    """Answers each check with a reason in Latin-1."""
    def answer():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    client.recv(4096)
                    client.sendall(b"HTTP/1.1 503 l'\xe9t\xe9\r\nContent-Length: 0\r\n\r\n")
    with host.inside():
        listener = socket.create_server((host.address, MOODY_PORT))
    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        listener.close()


@pytest.fixture
def bed():
    with make_vault_bed(3000, frontend=CAPTURES, settings=MOODY.format("10.77.0.31")) as made:
        yield made
        wrong = made.pair.stop()
        assert not wrong, "\n".join(wrong)


def echo(client, word):
    client.send(word)
    return client.receive()[1] == word


def test_a_tunnel_of_which_something_was_captured_that_is_no_text_outlives_the_proxy(bed):
    active = bed.pair.wait_settled()
    odd = "x" * 7 + "\u20ac"  # cut within the character
    with bed.client.inside():
        clients = [WebSocket(VIP, headers=[f"X-Name: {odd}", f"Cookie: who={odd}"])
                   for _ in range(5)]
    kill_and_restart(bed.pair[active])
    assert all(echo(client, b"still here") for client in clients), story(bed, [])
    for client in clients:
        client.close()


def test_a_check_that_is_answered_with_no_text_costs_nothing(bed):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    with bed.client.inside():
        client = WebSocket(VIP)

    def detail():
        rows = json.loads(wslb.ctl("--json", "backends").stdout)
        return [row["detail"] for row in rows if row.get("server") == "sulky"]

    with sulking(bed.client):
        wait_until(lambda: "l'\ufffdt\ufffd" in str(detail()), 5, "the reason is shown")
        for _ in range(5):
            assert "l'\ufffdt\ufffd" in wslb.ctl("backends").stdout
    assert echo(client, b"still here")
    assert bed.pair.owners() == [active]
    assert wslb.status()["proxy"]["restarts"] == 0
    client.close()


def test_urgent_data_stay_in_their_place(bed):
    """Also over a kill of the proxy."""
    active = bed.pair.wait_settled()
    with bed.client.inside():
        client = WebSocket(VIP)
    frame = b"\x82\x83\0\0\0\0abc"  # masked with nothing
    client.socket.sendall(frame[:-2])
    client.socket.send(b"b", socket.MSG_OOB)
    client.socket.sendall(b"c")
    assert client.receive()[1] == b"abc"
    kill_and_restart(bed.pair[active])
    assert echo(client, b"still here")
    client.close()
