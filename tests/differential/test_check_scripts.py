"""What checks make of servers' answers: each server plays its part, and the log of both proxies
must tell the same story of them in the same words."""
import re
import time

import pytest

from .both import KINDS, SYSLOG
from .script_server import ScriptServer
from .syslog_server import SyslogServer

pytestmark = pytest.mark.long

# Long enough for two checks of every server, those that time out too: what is not told counts.
WATCHED_S = 1.3

OK = b"HTTP/1.1 200 Fine\r\nX-A: one, two\r\nX-B: three\r\nContent-Length: 5\r\n\r\nhello"
BAD = b"HTTP/1.1 503 Sorry\r\nContent-Length: 4\r\n\r\nnope"
GONE = b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n"
BODILESS = b"HTTP/1.1 204 Nothing\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"

# Each server's name says how it answers HTTP; all but the last answer at once.
HTTP = {"ok": [None, OK], "bad": [None, BAD], "gone": [None, GONE], "bare": [None, BODILESS],
        "chunks": [None, CHUNKED], "parts": [None, OK[:20], 0.05, OK[20:-2], 0.05, OK[-2:]],
        "junk": [None, b"junk\r\n\r\n"], "mute": [None, "hold"], "shut": [None],
        "half": [None, OK[:30]]}

# And TCP.
TCP = {"hello": [b"hello\r\n", "hold"], "late": [0.05, b"hel", 0.05, b"lo\r\n", "hold"],
       "other": [b"other\r\n"],
       "zero": [b"a\0b hello\r\n"], "mute": ["hold"], "shut": [0.05], "echo": [None, b"PONG\r\n"],
       "twice": [b"hello\r\n", None, b"bye\r\n"]}

HTTP_CASES = {
    "httpchk": "option httpchk GET /",
    "status": "option httpchk\nhttp-check expect status 200",
    "status list": "option httpchk\nhttp-check expect status 204,400-599",
    "not status": "option httpchk\nhttp-check expect ! status 500-599",
    "rstatus": "option httpchk\nhttp-check expect rstatus ^20[04]$",
    "not rstatus": "option httpchk\nhttp-check expect ! rstatus ^5",
    "string": "option httpchk GET /\nhttp-check expect string hello",
    "not string": "option httpchk GET /\nhttp-check expect ! string nope",
    "string with a comment": "option httpchk GET /\nhttp-check expect comment why string hello",
    "min-recv": "option httpchk GET /\nhttp-check expect min-recv 5 string el",
    "min-recv 0": "option httpchk GET /\nhttp-check expect min-recv 0 string hello",
    "rstring": "option httpchk GET /\nhttp-check expect rstring ^hel+o$",
    "not rstring": "option httpchk GET /\nhttp-check expect ! rstring n.pe",
    "hdr name": "option httpchk\nhttp-check expect hdr name x-a",
    "hdr value of a list": "option httpchk\nhttp-check expect hdr name X-A value two",
    "fhdr value of a list": "option httpchk\nhttp-check expect fhdr name X-A value two",
    "fhdr whole": "option httpchk\nhttp-check expect fhdr name X-A value -m reg ^one,",
    "hdr methods": "option httpchk\nhttp-check expect hdr name -m beg x- value -m sub hre",
    "not hdr": "option httpchk\nhttp-check expect ! hdr name -m end -b",
    "several expects": "option httpchk GET /\nhttp-check expect status 200\n"
                       "http-check expect string lo\nhttp-check expect hdr name x-b",
    "statuses of its own": "option httpchk\nhttp-check expect error-status L4CON ok-status L6OK "
                           "tout-status L6TOUT status 200",
    "disable-on-404": "option httpchk\nhttp-check disable-on-404",
    "disable-on-404 beside expect": "option httpchk\nhttp-check disable-on-404\n"
                                    "http-check expect status 200",
    "ok-status L7OKC": "option httpchk\nhttp-check expect ok-status L7OKC status 200",
    "log-health-checks": "option httpchk\noption log-health-checks",
    "two connections": "option httpchk\nhttp-check connect\nhttp-check send meth GET uri /1\n"
                       "http-check expect status 200-404\nhttp-check connect linger\n"
                       "http-check send meth GET uri /2\nhttp-check expect string hello",
}

TCP_CASES = {
    "connect alone": "option tcp-check",
    "no option": "",
    "explicit connect": "option tcp-check\ntcp-check connect comment first",
    "string": "option tcp-check\ntcp-check expect string hello",
    "not string": "option tcp-check\ntcp-check expect ! string other",
    "comment": "option tcp-check\ntcp-check comment why\ntcp-check expect string hello",
    "rstring": "option tcp-check\ntcp-check expect rstring ^hel+o",
    "min-recv": "option tcp-check\ntcp-check expect min-recv 7 rstring lo",
    "min-recv 0": "option tcp-check\ntcp-check expect min-recv 0 string hello",
    "not min-recv": "option tcp-check\ntcp-check expect min-recv 4 ! string other",
    "binary": "option tcp-check\ntcp-check expect binary 68656c6C6f",
    "binary with zero": "option tcp-check\ntcp-check expect binary 610062",
    "rbinary": "option tcp-check\ntcp-check expect rbinary ^68656C",
    "send": "option tcp-check\ntcp-check send PING\\r\\n\ntcp-check expect string PONG",
    "send-binary": "option tcp-check\ntcp-check send-binary 50494e470d0a comment ping\n"
                   "tcp-check expect string PONG",
    "send alone": "option tcp-check\ntcp-check send QUIT\\r\\n",
    "conversation": "option tcp-check\ntcp-check connect\ntcp-check expect string hello\n"
                    "tcp-check send QUIT\\r\\n\ntcp-check expect comment end string bye",
    "statuses of its own": "option tcp-check\ntcp-check expect error-status L6RSP tout-status "
                           "L4TOUT ok-status L4OK string hello",
    "log-health-checks": "option tcp-check\noption log-health-checks\n"
                         "tcp-check expect string hello",
    "redis": "option redis-check",
}


def told(line):
    """Without what differs from run to run."""
    line = re.sub(r"^<(\d+)>.{15} \S+\[\d+\]:", r"<\1>", line)
    line = re.sub(r"check duration: \d+ms", "check duration: N", line)
    # How many are left, and still busy, depends on which of two things happened first.
    line = re.sub(r"\d+ sessions active", "N sessions active", line)
    return re.sub(r"\. \d+ active and", ". N active and", line)


def stories(lines):
    """What was told of each server, in its order."""
    found = {}
    for line in lines:
        name = re.search(r"checked/(\w+)", line)
        if name:
            found.setdefault(name.group(1), []).append(told(line))
    return found


class Cast:
    """A server for each part; `log_of(kind, lines)`: what a proxy tells of them."""

    def __init__(self, both, parts, port):
        self.both = both
        self.logs = [SyslogServer(both.solo.client, port + n) for n, _ in enumerate(KINDS)]
        host = both.solo.apps[0].host
        self.servers = {name: ScriptServer(host, port + n, [part])
                        for n, (name, part) in enumerate(parts.items())}
        self.lines = "".join(f"    server {name} {host.address}:{port + n} check inter 400ms "
                             "fall 2 rise 2\n" for n, name in enumerate(parts))
        self.lines += f"    server closed {host.address}:{port - 1} check inter 400ms\n"

    def configuration(self, backend, log):
        lines = backend.replace("\n", "\n    ")
        text = self.both.solo.configuration("balance roundrobin\n").replace(
            "global\n", "global\n    nbthread 1\n", 1)
        return text + (f"\nbackend checked\n    log {SYSLOG}:{log.port} local3\n"
                       f"    timeout check 300ms\n    {lines}\n"
                       + self.lines)

    def stories(self, backend):
        """Of both proxies, which run side by side."""
        solo = self.both.solo
        texts = [self.configuration(backend, log) for log in self.logs]
        with solo.proxy(texts[0], KINDS[0]), solo.proxy(texts[1], KINDS[1]):
            time.sleep(WATCHED_S)
        return [stories(log.lines()) for log in self.logs]

    def close(self):
        for each in (*self.servers.values(), *self.logs):
            each.close()


@pytest.fixture(scope="module")
def http_cast(both):
    cast = Cast(both, HTTP, 3200)
    yield cast
    cast.close()


@pytest.fixture(scope="module")
def tcp_cast(both):
    cast = Cast(both, TCP, 3300)
    yield cast
    cast.close()


@pytest.mark.parametrize("name", HTTP_CASES)
def test_http(http_cast, name):
    original, ours = http_cast.stories(HTTP_CASES[name])
    assert original["closed"]
    assert ours == original


@pytest.mark.parametrize("name", TCP_CASES)
def test_tcp(tcp_cast, name):
    original, ours = tcp_cast.stories(TCP_CASES[name])
    assert original["closed"]
    assert ours == original
