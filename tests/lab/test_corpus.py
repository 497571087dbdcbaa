"""The corpus of malformed and of legal HTTP through the running proxy: what is malformed reaches
no server, what is legal reaches it in a form that an independent strict parser (h11) reads as
exactly one request; whole, byte by byte and in random pieces with the same verdict."""
import pathlib
import random
import re
import socket

import h11
import pytest

from .recorder import Recorder

CORPUS = pathlib.Path(__file__).parents[1] / "proxy" / "http" / "corpus"
PORT = 3900


def unescaped(text):
    """As tests/proxy/http/corpus.cpp does it."""
    out, at = bytearray(), 0
    while at < len(text):
        repetition = re.match(r"\{(\d+)\*", text[at:])
        if repetition:
            depth = 0
            for end in range(at, len(text)):
                depth += (text[end] == "{") - (text[end] == "}")
                if depth == 0:
                    break
            out += unescaped(text[at + repetition.end():end]) * int(repetition.group(1))
            at = end + 1
        elif text[at] != "\\":
            out += text[at].encode("latin-1")
            at += 1
        elif text[at + 1] == "x":
            out.append(int(text[at + 2:at + 4], 16))
            at += 4
        else:
            out += {"r": b"\r", "n": b"\n", "t": b"\t"}.get(text[at + 1], text[at + 1].encode())
            at += 2
    return bytes(out)


def cases(name):
    """(status, why, bytes) of each line."""
    for line in (CORPUS / name).read_text(encoding="latin-1").splitlines():
        if line and not line.startswith("#"):
            status, why, message = line.split(" | ", 2)
            yield int(status), why, unescaped(message)


def read_strictly(data):
    """The events of one request, or None while it is not whole. Raises what h11 objects to."""
    if not data:
        return None  # which h11 would take for the end of the connection
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    parser.receive_data(data)
    events = []
    for _ in range(10_000):
        event = parser.next_event()
        if event is h11.NEED_DATA:
            return None
        if event is h11.PAUSED:
            break
        events.append(event)
        if isinstance(event, h11.EndOfMessage):
            break
    else:
        raise AssertionError(f"{str(event)[:100]} without end: {data[:300]!r}")
    assert not parser.trailing_data[0], f"bytes behind the request: {data!r}"
    return events


def is_whole(data):
    try:
        return read_strictly(data) is not None
    except h11.RemoteProtocolError:
        return True  # the test will tell


def looks_whole(data):
    """A server would act on it."""
    try:
        return read_strictly(data) is not None
    except h11.RemoteProtocolError:
        return False


@pytest.fixture(scope="module")
def recorded(solo):
    recorder = Recorder(solo.apps[0].host, PORT, is_whole)
    text = solo.configuration("", apps=[]) + f"    server a {solo.apps[0].host.address}:{PORT}\n"
    # What never becomes a whole request ends soon.
    with solo.proxy(text.replace("timeout http-request 10s", "timeout http-request 2s")):
        yield solo, recorder
    recorder.close()


def pieces(message):
    yield [message]
    if len(message) < 400:
        yield [message[i:i + 1] for i in range(len(message))]
    chance = random.Random(message)
    cuts = sorted(chance.sample(range(1, len(message)), min(5, len(message) - 1)))
    yield [message[a:b] for a, b in zip([0, *cuts], [*cuts, len(message)])]


def statuses(solo, parts):
    """All the statuses that the client gets until the proxy closes, and no more sending then."""
    connection = solo.http(timeout_s=8)
    answer = b""
    try:
        for part in parts:
            connection.send(part)
        connection.socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the verdict was there before all was sent
    try:
        while piece := connection.socket.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    finally:
        connection.close()
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


@pytest.mark.parametrize("status, why, message", cases("bad_requests.txt"),
                         ids=[case[1][:70] for case in cases("bad_requests.txt")])
def test_malformed_requests_reach_no_server(recorded, status, why, message):
    solo, recorder = recorded
    for parts in pieces(message):
        answered = statuses(solo, parts)
        assert answered[:1] in ([status], []), why
        assert len(answered) <= 1
        assert not any(map(looks_whole, recorder.received())), why


@pytest.mark.parametrize("status, why, message", cases("good_requests.txt"),
                         ids=[case[1][:70] for case in cases("good_requests.txt")])
def test_legal_requests_arrive_unambiguous(recorded, status, why, message):
    solo, recorder = recorded
    seen = set()
    for parts in pieces(message):
        recorder.received()
        statuses(solo, parts)
        heads = []
        for data in recorder.received():
            events = read_strictly(data)
            if events is None:
                continue  # its body was never sent
            names = [name for name, _ in events[0].headers]
            assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1, data
            assert names.count(b"host") <= 1, data
            heads.append(data.split(b"\r\n\r\n")[0])
        seen.add(tuple(heads))
    assert len(seen) == 1, "the same requests in every split"


@pytest.mark.parametrize("status, why, body", cases("bad_chunks.txt"),
                         ids=[case[1][:70] for case in cases("bad_chunks.txt")])
def test_malformed_chunks_never_look_complete(recorded, status, why, body):
    """The head is good and may be forwarded; the server must not see an end of the body."""
    solo, recorder = recorded
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    for parts in pieces(head + body):
        assert statuses(solo, parts)[:1] in ([400], [408], []), why
        assert not any(map(looks_whole, recorder.received())), why
