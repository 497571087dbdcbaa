"""The choice of a server: the sequence of servers for one row of requests, algorithm by
algorithm. Each backend's servers are numbered, so that hash maps and rings are put to the test."""
import pytest

from .both import ask

pytestmark = pytest.mark.long

KEYS = [f"k{n}" for n in range(24)] + ["", "a", "A", "%C3%A4", "x" * 200, "../..", "a,b", "0"]
PATHS = ["/", "/a", "/a/b", "/a/b/c", "/a?x=1", "/a/b?x=1&y=2", "/?", "//a", "/A", "/a/",
         "/abc/def", "/abc/dxf", "/index.html?room=12", "/index.html?room=13", "/x/y/z/?q=/a/b",
         "/ws/12", "/ws/13", "/ws/14", "/ws/15", "/ws/16"]
HOSTS = ["example.com", "www.example.com", "www.example.org", "a.b.c.d", "localhost", "1.2.3.4",
         "chat.example.net:8080", "x.", ".y", "a.example.com", "b.example.com"]

EQUAL = ("", "", "")
WEIGHTS = ("weight 3", "weight 2", "weight 1")
LARGE = ("weight 100", "weight 30", "weight 7")
IDS = ("id 7", "id 3", "")
BACKUPS = ("disabled", "backup", "backup")


def params(name="u", keys=tuple(KEYS)):
    return [ask(f"/whoami?{name}={key}") for key in keys]


def headers(name="X-Key", keys=tuple(KEYS)):
    return [ask("/whoami", f"{name}: {key}") for key in keys]


def paths():
    return [ask(path) for path in PATHS]


PLAIN = [ask() for _ in range(24)]

CASES = {
    "roundrobin weights": ("balance roundrobin", WEIGHTS, PLAIN),
    "static-rr": ("balance static-rr", EQUAL, PLAIN),
    "static-rr weights": ("balance static-rr", WEIGHTS, PLAIN),
    "static-rr large weights": ("balance static-rr", LARGE, PLAIN),
    "static-rr weight 0": ("balance static-rr", ("weight 0", "", "weight 2"), PLAIN),
    "first": ("balance first", EQUAL, PLAIN[:4]),
    "first by id": ("balance first", IDS, PLAIN[:4]),
    "source": ("balance source", EQUAL, PLAIN[:4]),
    "source weights": ("balance source", LARGE, PLAIN[:4]),
    "source consistent": ("balance source\nhash-type consistent", WEIGHTS, PLAIN[:4]),
    "uri": ("balance uri", EQUAL, paths()),
    "uri whole": ("balance uri whole", EQUAL, paths()),
    "uri len": ("balance uri len 3", EQUAL, paths()),
    "uri depth": ("balance uri depth 1", WEIGHTS, paths()),
    "uri depth 2 whole": ("balance uri depth 2 whole", EQUAL, paths()),
    "uri path-only": ("balance uri path-only", EQUAL, paths()),
    "url_param": ("balance url_param u", EQUAL, params()),
    "url_param weights": ("balance url_param u", WEIGHTS, params()),
    "url_param absent": ("balance url_param v", WEIGHTS, params()),
    "url_param in the middle": ("balance url_param v", EQUAL, [
        ask(f"/whoami?{query}") for query in
        ("v", "v=", "x=1&v=a", "x=1&v=b&y", "vv=1&v=a", "v=a&v=b", "&v=a", "xv=a", "x&v=a",
         "v=a?v=c")]),
    "hdr": ("balance hdr(X-Key)", EQUAL, headers()),
    "hdr absent": ("balance hdr(X-Other)", EQUAL, headers()),
    "hdr of a list": ("balance hdr(X-Key)", EQUAL,
                      [ask("/whoami", "X-Key: b", "X-Key: a"), ask("/whoami", "X-Key: b, a"),
                       ask("/whoami", "X-Key: \"b, a\", c"), ask("/whoami", "X-Key: , a")]),
    "hdr use_domain_only": ("balance hdr(X-Key) use_domain_only", EQUAL, headers(keys=HOSTS)),
    "djb2": ("balance hdr(X-Key)\nhash-type map-based djb2", EQUAL, headers()),
    "wt6": ("balance hdr(X-Key)\nhash-type map-based wt6", WEIGHTS, headers()),
    "crc32": ("balance hdr(X-Key)\nhash-type map-based crc32", EQUAL, headers()),
    "avalanche": ("balance hdr(X-Key)\nhash-type map-based sdbm avalanche", WEIGHTS, headers()),
    "consistent": ("balance hdr(X-Key)\nhash-type consistent", EQUAL, headers()),
    "consistent weights": ("balance hdr(X-Key)\nhash-type consistent", LARGE, headers()),
    "consistent ids": ("balance hdr(X-Key)\nhash-type consistent", IDS, headers()),
    "consistent djb2": ("balance hdr(X-Key)\nhash-type consistent djb2", EQUAL, headers()),
    "consistent wt6 avalanche": ("balance url_param u\nhash-type consistent wt6 avalanche", WEIGHTS,
                                 params()),
    "consistent crc32": ("balance uri\nhash-type consistent crc32", EQUAL, paths()),
    "consistent absent key": ("balance hdr(X-Other)\nhash-type consistent", EQUAL, headers()),
    "consistent one disabled": ("balance hdr(X-Key)\nhash-type consistent", ("", "disabled", ""),
                                headers()),
    "balance factor": ("balance hdr(X-Key)\nhash-type consistent\nhash-balance-factor 150", EQUAL,
                       headers()),
    "map one disabled": ("balance hdr(X-Key)", ("", "disabled", "weight 2"), headers()),
    "one usable": ("balance hdr(X-Key)", ("", "disabled", "disabled"), headers()),
    "backup": ("balance roundrobin", BACKUPS, PLAIN[:6]),
    "allbackups": ("balance roundrobin\noption allbackups", BACKUPS, PLAIN[:6]),
    "allbackups static-rr": ("balance static-rr\noption allbackups", BACKUPS, PLAIN[:6]),
    "allbackups consistent": ("balance hdr(X-Key)\nhash-type consistent\noption allbackups",
                              BACKUPS, headers()),
    "backup consistent": ("balance hdr(X-Key)\nhash-type consistent", BACKUPS, headers()),
    "leastconn": ("balance leastconn", WEIGHTS, PLAIN),
}


def configuration(both, backend, servers, frontend=""):
    lines = "".join(f"    {line}\n" for line in backend.splitlines())
    lines += "".join(f"    server {app.name} {app.endpoint} {options}\n"
                     for app, options in zip(both.solo.apps, servers, strict=True))
    text = both.solo.configuration(lines, apps=[], frontend=frontend)
    return text.replace("global\n", "global\n    nbthread 1\n", 1)


@pytest.mark.parametrize("name", CASES)
def test_sequence(both, name):
    backend, servers, requests = CASES[name]

    def story():
        return [both.solo.get(request.path, *request.headers).header("X-App")
                for request in requests]
    both.equal(configuration(both, backend, servers), story)


HELD = {
    "hash waits for its server": ("balance hdr(X-Key)\ntimeout queue 300ms", "maxconn 1"),
    "consistent waits too": ("balance hdr(X-Key)\nhash-type consistent\ntimeout queue 300ms",
                             "maxconn 1"),
    "maxqueue": ("balance hdr(X-Key)\ntimeout queue 1s\noption redispatch", "maxconn 1 maxqueue 1"),
    "first fills up": ("balance first\ntimeout queue 300ms", "maxconn 2"),
    "minconn": ("balance roundrobin\nfullconn 4\ntimeout queue 300ms", "minconn 1 maxconn 4"),
    "static-rr skips the full": ("balance static-rr\ntimeout queue 300ms", "maxconn 2"),
    "factor spreads one key": ("balance hdr(X-Key)\nhash-type consistent\nhash-balance-factor 125",
                               ""),
}


@pytest.mark.parametrize("name", HELD)
def test_under_load(both, name):
    """WebSockets that stay open fill the servers; who is answered, and by whom."""
    backend, options = HELD[name]

    def story():
        sockets, seen = [], []
        for key in ("k1", "k1", "k2", "k3", "k1", "k4", "k5"):
            socket = both.solo.websocket("/echo", f"X-Key: {key}")
            sockets.append(socket)
            seen.append([socket.status, socket.headers.get("x-app")])
        for one in sockets:
            one.close()
        return seen
    both.equal(configuration(both, backend, (options,) * 3), story)
