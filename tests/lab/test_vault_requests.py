"""A killed proxy costs no client that has no tunnel: each gets what is right for its request."""
import signal

import pytest

from .clock import now_ms, wait_until
from .configuration import VIP
from .http_client import HttpClient
from .solo import kind_under_test
from .vault_bed import kill_and_restart, make_vault_bed, story, wait_for_successor

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")


@pytest.fixture
def server():
    return ""


@pytest.fixture
def bed(server):
    with make_vault_bed(3000, server=server) as made:
        yield made
        wrong = made.pair.stop()
        assert not wrong, "\n".join(wrong)


def connect(bed):
    with bed.client.inside():
        return HttpClient(VIP)


def served(bed, target):
    """How often an app got it."""
    return sum(r["target"] == target for app in bed.apps for r in app.requests())


def wait_served(bed, target):
    wait_until(lambda: served(bed, target) > 0, 10, f"{target} is under way")


def test_an_idle_connection_goes_on(bed):
    wslb = bed.pair[bed.pair.wait_settled()]
    client = connect(bed)
    assert client.get("/first").status == 200
    for turn in range(3):
        kill_and_restart(wslb)
        assert client.get(f"/again{turn}").status == 200
    client.close()


def test_one_that_has_said_nothing_yet_goes_on(bed):
    wslb = bed.pair[bed.pair.wait_settled()]
    client = connect(bed)
    kept = wslb.status()["proxy"]["kept"]
    wait_until(lambda: wslb.status()["proxy"]["kept"] >= 1, 5, f"it is kept ({kept})")
    kill_and_restart(wslb)
    assert client.get("/first").status == 200


@pytest.mark.parametrize("pieces", [2, 5])
def test_half_a_request_is_read_by_the_successor(bed, pieces):
    wslb = bed.pair[bed.pair.wait_settled()]
    client = connect(bed)
    assert client.get("/first").status == 200
    request = f"GET /half HTTP/1.1\r\nHost: a\r\nX-Long: {'x' * 3000}\r\n\r\n".encode()
    size = len(request) // pieces
    for piece in range(pieces):
        end = len(request) if piece == pieces - 1 else (piece + 1) * size
        client.send(request[piece * size:end])
        if piece < pieces - 1:
            kill_and_restart(wslb)
    assert client.response().status == 200
    assert served(bed, "/half") == 1
    assert client.get("/next").status == 200


def test_what_comes_behind_half_a_request_is_waited_for(bed):
    """Without a kill: what lies in the socket must neither spin nor hang the proxy."""
    bed.pair.wait_settled()
    client = connect(bed)
    client.send("GET /slowly HTTP/1.1\r\nHo")
    begun = now_ms()
    wait_until(lambda: now_ms() > begun + 300, 5, "it waits")
    client.send("st: a\r\n\r\nGET /behind HTTP/1.1\r\nHost: a\r\n\r\n")
    received = b""
    while received.count(b"HTTP/1.1 200 OK") < 2:  # perhaps in one piece
        received += client.socket.recv(65536)
    client = connect(bed)
    client.send("GET /never HTTP/1.1\r\nHo")
    client.socket.shutdown(1)
    assert client.response().status == 400
    assert client.closed()


def test_a_request_under_way_is_answered_502_and_not_repeated(bed):
    wslb = bed.pair[bed.pair.wait_settled()]
    idle, client = connect(bed), connect(bed)
    assert idle.get("/first").status == 200
    client.send("POST /slow?ms=3000 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
    wait_served(bed, "/slow?ms=3000")
    kill_and_restart(wslb)
    answer = client.response("POST")
    assert answer.status == 502
    assert answer.header("connection") == "close"
    assert client.closed()
    assert served(bed, "/slow?ms=3000") == 1
    assert idle.get("/again").status == 200


def test_half_an_answer_ends_with_a_reset(bed):
    wslb = bed.pair[bed.pair.wait_settled()]
    client = connect(bed)
    client.send("GET /size?bytes=50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
    begin = client.socket.recv(1000)
    assert b" 200 " in begin
    wait_served(bed, "/size?bytes=50000000")
    kill_and_restart(wslb)
    with pytest.raises(ConnectionResetError):
        while client.socket.recv(1 << 20):
            pass
        raise AssertionError("an end that looks like one")


def crash_and_restart(wslb):
    before = wslb.status()["proxy"]["pid"]
    wslb.proxy.signal(signal.SIGABRT)  # which no sanitizer takes for its own
    wslb.proxy.wait(5)
    wslb.start_proxy()
    wait_for_successor(wslb, before)


def test_only_the_request_that_may_have_crashed_two_processes_is_closed(bed):
    wslb = bed.pair[bed.pair.wait_settled()]
    idle, poison = connect(bed), connect(bed)
    assert idle.get("/first").status == poison.get("/first").status == 200
    poison.send("GET /poison HTTP/1.1\r\n")
    begun = now_ms()
    wait_until(lambda: now_ms() > begun + 200, 5, "it is being looked at")
    kill_and_restart(wslb)  # nobody's fault
    crash_and_restart(wslb)
    poison.socket.settimeout(0.3)
    assert not poison.closed(), "once may be chance"
    crash_and_restart(wslb)
    poison.socket.settimeout(5)
    assert poison.closed()
    assert idle.get("/again").status == 200


@pytest.mark.parametrize("server", ["maxconn 1"])
def test_a_request_that_waits_for_a_server_is_taken_over(bed):
    """It has not been sent, so the successor may."""
    wslb = bed.pair[bed.pair.wait_settled()]
    busy = [connect(bed) for _ in range(2)]
    for one in busy:
        one.send("GET /slow?ms=2000 HTTP/1.1\r\nHost: a\r\n\r\n")
    wait_until(lambda: served(bed, "/slow?ms=2000") == 2, 5, "both servers are busy")
    waiting = connect(bed)
    waiting.send("POST /queued HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
    begun = now_ms()
    wait_until(lambda: now_ms() > begun + 200, 5, "it is in the queue")
    assert served(bed, "/queued") == 0
    kill_and_restart(wslb)
    assert waiting.response("POST").status == 200
    assert served(bed, "/queued") == 1


def test_no_new_connection_fails(bed):
    active = bed.pair.wait_settled()
    bed.probe(interval_ms=5)
    bed.prober.wait_steady()
    begun = now_ms()
    for _ in range(10):
        turn = now_ms()
        kill_and_restart(bed.pair[active])
        wait_until(lambda: now_ms() > turn + 500, 5, "some traffic")
    bed.prober.wait_steady()
    attempts = bed.prober.attempts(begun)
    failed = [a for a in attempts if a.result != "200"]
    print(f"{len(attempts)} new connections; longest {max(a.end - a.start for a in attempts)} ms")
    assert len(attempts) > 500
    # A request that was on its way to or from a server when the proxy died is answered 502. Who was
    # accepted in the microseconds before a kill is in nobody else's hands yet (configuration.md).
    assert len([a for a in failed if a.result != "502"]) <= 1, story(bed, failed)
    assert len(failed) < 0.02 * len(attempts), failed
