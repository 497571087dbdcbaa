"""The page of `stats enable` and the exporter of Prometheus: who gets them, their heads, and that
the figures are HAProxy's."""
import base64
import json
import re

import pytest

from .both import Case, normal_line
from .test_stats_socket import table

pytestmark = pytest.mark.long

CONFIGURATION = """
global
    nbthread 1
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
frontend web
    bind 10.77.0.11:80
    LINES
    default_backend app
backend app
    balance roundrobin
    cookie SRV insert
    BACKEND
    server a 10.77.0.21:3000 cookie sa
    server b 10.77.0.22:3000 cookie sb weight 3
    server c 10.77.0.23:3000 cookie sc disabled
"""


def configuration(*lines, backend=()):
    return (CONFIGURATION.replace("LINES", "\n    ".join(lines))
            .replace("BACKEND", "\n    ".join(backend)))


def head(response):
    """Without how the body is framed: HAProxy's page comes in chunks."""
    return [response.status, sorted((name.lower(), value) for name, value in response.headers
                                    if name.lower() not in ("content-length", "transfer-encoding",
                                                            "connection"))]


PAGE = ("stats enable", "stats uri /stats")
AUTH = (*PAGE, "stats auth ann:secret", "stats auth bob:pass:word", r"stats realm My\ Lab")
CASES = {
    "page": (PAGE, "/stats"),
    "page with more": (PAGE, "/stats/x?y"),
    "csv": (PAGE, "/stats;csv"),
    "json": (PAGE, "/stats;json"),
    "typed": (PAGE, "/stats;typed"),
    "csv without maintenance": (PAGE, "/stats;csv;no-maint"),
    "not the page": (PAGE, "/whoami"),
    "default uri": (("stats enable",), "/haproxy?stats"),
    "enabled by its uri": (("stats uri /stats",), "/stats"),
    "refresh": ((*PAGE, "stats refresh 5s"), "/stats"),
    "refresh in seconds": ((*PAGE, "stats refresh 7"), "/stats"),
    "refresh of csv": ((*PAGE, "stats refresh 5s"), "/stats;csv"),
    "norefresh": ((*PAGE, "stats refresh 5s"), "/stats;norefresh"),
    "legends": ((*PAGE, "stats show-legends", "stats hide-version"), "/stats"),
    "no user": (AUTH, "/stats"),
}


@pytest.mark.parametrize("name", CASES)
def test_heads(both, name):
    lines, path = CASES[name]
    both.equal(configuration(*lines), lambda: head(both.solo.get(path)))


@pytest.mark.parametrize("method", ("HEAD", "POST", "PUT"))
def test_methods(both, method):
    both.equal(configuration(*PAGE), lambda: head(both.solo.get("/stats", method=method)))


@pytest.mark.parametrize("user", ("ann:secret", "bob:pass:word", "ann:wrong", "ann", ""))
def test_users(both, user):
    field = "Authorization: Basic " + base64.b64encode(user.encode()).decode()
    both.equal(configuration(*AUTH), lambda: head(both.solo.get("/stats", field)))


def test_of_a_backend(both):
    text = configuration(backend=PAGE)
    both.equal(text, lambda: [head(both.solo.get("/stats;csv")), head(both.solo.get("/whoami"))[0]])


def test_csv(both):
    def story():
        for _ in range(5):
            both.solo.get()
        return table(both.solo.get("/stats;csv").body.decode())
    both.equal(configuration(*PAGE), story)


def test_keep_alive(both):
    def story():
        connection = both.solo.http()
        seen = [connection.get(path).status for path in ("/stats;csv", "/stats", "/whoami")]
        connection.close()
        return seen
    both.equal(configuration(*PAGE), story)


def test_rules_come_first(both):
    lines = (*PAGE, "http-request deny if { path_beg /stats }")
    both.equal(configuration(*lines), lambda: both.solo.get("/stats").status)


def test_page_of_wslb(both):
    with both.solo.proxy(configuration(*PAGE, "stats show-legends"), "wslb"):
        page = both.solo.get("/stats").body.decode()
        assert page.count("<tr") == page.count("</tr>") == 7
        assert "10.77.0.21:3000" in page and "MAINT" in page and "roundrobin" in page
        figures = json.loads(both.solo.get("/stats;json").body)
        assert len(figures) == 5


METRICS = 'http-request use-service prometheus-exporter if { path /metrics }'


def test_log(both):
    """Who answered, and that it was meant so; each has a page of its own length."""
    case = Case([], frontend="\n".join((*PAGE, METRICS, "option httplog", "stats auth ann:secret")),
                log=True)
    user = "Authorization: Basic " + base64.b64encode(b"ann:secret").decode()

    def story():
        both.syslog.lines()
        for path, *headers in (("/stats;csv", user), ("/metrics",), ("/whoami",)):
            both.solo.get(path, *headers)
        both.solo.get("/stats", user, method="POST")
        return [re.sub(r" (200|303) \d+ ", r" \1 BYTES ", normal_line(line))
                for line in both.syslog.wait_for(4)]
    both.equal(both.configuration(case), story)


def metrics(text):
    return dict(re.findall(r"^(haproxy_(?:frontend|backend|server)_[^ ]+) (.*)$", text, re.M))


def test_metrics_head(both):
    both.equal(configuration(METRICS),
               lambda: [head(both.solo.get(path)) for path in ("/metrics", "/other")])


# What depends on the moment, or on how a proxy counts its own pages.
UNSTEADY = re.compile("rate|seconds|frontend_(bytes|sessions|connections|http_req|max_sess|inter)|"
                      "current_sessions|limit_sessions")


def test_metrics(both):
    seen = []

    def story():
        for _ in range(6):
            both.solo.get()
        both.solo.get("/whoami", "Cookie: SRV=sb")
        seen.append(metrics(both.solo.get("/metrics").body.decode()))
    both.equal(configuration(METRICS), story)
    original, ours = seen
    assert not ours.keys() - original.keys()
    steady = {name for name in ours if not UNSTEADY.search(name)}
    assert len(steady) > 60
    assert {name: ours[name] for name in steady} == {name: original[name] for name in steady}


def test_open_tunnels_are_a_gauge(both):
    with both.solo.proxy(configuration(METRICS), "wslb"):
        tunnels = [both.solo.websocket("/echo", "Cookie: SRV=sb") for _ in range(3)]
        text = both.solo.get("/metrics").body.decode()
        for tunnel in tunnels:
            tunnel.close()
        assert 'wslb_server_open_tunnels{proxy="app",server="b"} 3\n' in text
        assert 'wslb_frontend_open_tunnels{proxy="web"} 3\n' in text
        assert "wslb_process_open_tunnels 3\n" in text
