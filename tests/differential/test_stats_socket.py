"""The stats socket: the same commands to HAProxy and to wslb-proxy, the same answers, and the same
effect on where requests go."""
import csv
import json
import re
import socket
import threading

import pytest

from tests.lab.stats_socket import Operator

pytestmark = pytest.mark.long

CONFIGURATION = """
global
    nbthread 1
    stats socket SOCKET level admin
    stats timeout 5s
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    timeout queue 300ms
    timeout tunnel 1h
    option redispatch
frontend web
    bind 10.77.0.11:80
    default_backend app
backend app
    balance BALANCE
    cookie SRV insert
    server a 10.77.0.21:3000 cookie sa
    server b 10.77.0.22:3000 cookie sb weight 3
    server c 10.77.0.23:3000 cookie sc OPTIONS
backend other
    server x 10.77.0.21:3000
"""


@pytest.fixture
def operator(both):
    return Operator(both.solo.host.directory / "stats.sock")


def configuration(operator, balance="roundrobin", options=""):
    return (CONFIGURATION.replace("SOCKET", operator.path).replace("BALANCE", balance)
            .replace("OPTIONS", options))


SAME_ANSWER = {
    "weights": ["get weight app/a", "set weight app/a 5", "get weight app/a",
                "set weight app/b 50%", "get weight app/b",
                "set server app/b weight 100%", "get weight app/b",
                "set server app/b weight 257", "set server app/b weight x", "set weight app/a",
                "get weight app/nope", "get weight nope/a", "get weight app"],
    "states": ["set server app/a state drain", "set server app/a state maint",
               "set server app/a state ready", "set server app/a state what",
               "set server app/nope state ready", "disable server app/a", "enable server app/a",
               "disable server nope", "enable server nope/a"],
    "health": ["set server app/a health down", "set server app/a health up",
               "set server app/a health sick"],
    "maxconn": ["set maxconn server app/a 5", "set maxconn server app/a x",
                "set maxconn frontend web 10", "set maxconn frontend nope 10",
                "set maxconn global 50"],
    "address": ["set server app/a addr 10.77.0.22", "set server app/a addr 10.77.0.22 port 3000",
                "set server app/a addr 10.77.0.21 port 3001", "set server app/a addr nonsense"],
    "sessions": ["shutdown sessions server app/a", "shutdown sessions server app/nope"],
    "backends": ["show backend", "show backend; get weight app/b", "quit", ""],
    "counters": ["clear counters", "clear counters all"],
    "unknown backend": ["show servers state nope"],
    "frontends": ["disable frontend nope", "disable frontend web", "disable frontend web",
                  "enable frontend web", "enable frontend web", "shutdown frontend web",
                  "shutdown frontend web", "enable frontend web", "disable frontend web"],
    "health checks": ["enable health nope/a", "enable health app/a", "disable health app/a"],
    "session": ["shutdown session 0x1", "shutdown session nothing"],
    "level": ["show cli level", "operator", "user", "set timeout cli 3s"],
    "errors": ["show errors nope"],
}


@pytest.mark.parametrize("name", SAME_ANSWER)
def test_answers(both, operator, name):
    both.equal(configuration(operator),
               lambda: [[line, operator.ask(line)] for line in SAME_ANSWER[name] if line])


EFFECTS = {
    "weight": (["set weight app/a 5"], "roundrobin"),
    "weight 0": (["set weight app/b 0"], "roundrobin"),
    "weight and back": (["set weight app/b 0", "set weight app/b 100%"], "roundrobin"),
    "static weight": (["set weight app/b 2", "set weight app/b 0"], "static-rr"),
    "leastconn weight": (["set weight app/a 9"], "leastconn"),
    "maint": (["set server app/b state maint"], "roundrobin"),
    "maint and ready": (["set server app/b state maint", "set server app/b state ready"],
                        "roundrobin"),
    "drain": (["set server app/b state drain"], "roundrobin"),
    "down": (["set server app/b health down"], "roundrobin"),
    "address": (["set server app/a addr 10.77.0.23"], "roundrobin"),
    "hash without one": (["set server app/b state maint"], "uri"),
    "consistent weight": (["set weight app/a 20"], "uri\nhash-type consistent"),
    "all away": (["set server app/a state maint", "set server app/b state maint",
                  "disable server app/c"], "roundrobin"),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_effects(both, operator, name):
    lines, balance = EFFECTS[name]

    def story():
        get = both.solo.get
        before = [get().header("X-App") for _ in range(5)]
        answers = [operator.ask(line) for line in lines]
        after = [[r.status, r.header("X-App")] for r in
                 (get(f"/who{n}") for n in range(12))]
        sticky = get("/whoami", "Cookie: SRV=sb")
        return before, answers, after, sticky.status, sticky.header("X-App")
    both.equal(configuration(operator, balance.replace("\n", "\n    ")), story)


def test_slowstart_after_maintenance(both, operator):
    """With a long slowstart the server has a sixteenth of its weight at first."""
    def story():
        operator.ask("set server app/c state maint")
        operator.ask("set server app/c state ready")
        return both.solo.sequence(40)
    both.equal(configuration(operator, options="weight 16 slowstart 1000s"), story)


def test_maxconn_lets_waiting_clients_in(both, operator):
    def story():
        operator.ask("set server app/b state maint; set server app/c state maint")
        operator.ask("set maxconn server app/a 1")
        held = both.solo.websocket()
        full = both.solo.get().status
        operator.ask("set maxconn server app/a 2")
        served = both.solo.get().status
        held.close()
        return full, served
    assert both.equal(configuration(operator), story) == (503, 200)


@pytest.mark.parametrize("way", ("maint", "shutdown"))
def test_a_tunnel_outlives_maintenance_but_not_shutdown(both, operator, way):
    def story():
        socket_ = both.solo.websocket("/echo", "Cookie: SRV=sa")
        operator.ask("set server app/a state maint")
        if way == "shutdown":
            operator.ask("shutdown sessions server app/a")
            return socket_.socket.recv(100).decode("latin-1")
        socket_.send(b"hello")
        answer = socket_.receive()
        socket_.close()
        return str(answer)
    both.equal(configuration(operator), story)


def test_prompt_keeps_the_connection(both, operator):
    def story():
        client = operator.connect()
        seen = []
        for line in ("prompt", "get weight app/a", "set weight app/a 7; get weight app/a"):
            client.sendall(line.encode() + b"\n")
            answer = b""
            while answer.count(b"> ") < line.count(";") + 1:
                answer += client.recv(4096)
            seen.append(answer.decode())
        client.sendall(b"quit\n")
        return seen, operator.rest_of(client)
    both.equal(configuration(operator), story)


def test_levels(both, operator):
    def story():
        return [operator.ask(line) for line in ("get weight app/a", "set weight app/a 2",
                                                "get weight app/a", "disable server app/a")]
    both.equal(configuration(operator).replace("level admin", "level operator"), story)


def servers_state(text):
    """Without what each proxy counts for itself: numbers of proxies, ages, details of checks."""
    rows = [line.split() for line in text.splitlines() if line and line[0] not in "1#"]
    return [[row[n] for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 18, 20)] for row in rows]


@pytest.mark.parametrize("options", ("", "disabled", "check inter 60s"))
def test_servers_state(both, operator, options):
    def story():
        first = operator.ask("show servers state")
        operator.ask("set server app/a state maint; set weight app/b 9; disable server app/c")
        second = operator.ask("show servers state app")
        operator.ask("set server app/c state ready")
        third = operator.ask("show servers state app")
        later = [servers_state(text) for text in (second, third)]
        if "check" not in options:  # what HAProxy shows of checks that are none changes with maint
            later = [[row[:8] + row[12:] for row in rows] for rows in later]
        return first.splitlines()[:2], servers_state(first), later
    both.equal(configuration(operator, options=options), story)


COLUMNS = ("pxname", "svname", "qcur", "qmax", "scur", "smax", "stot", "econ", "eresp", "wretr",
           "wredis", "status", "weight", "act", "bck", "pid", "iid", "sid", "lbtot", "type",
           "hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other", "req_tot",
           "addr", "cookie", "mode", "algo", "uweight")


def table(text):
    lines = [line for line in text.splitlines() if line]
    names = lines[0].lstrip("# ").split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines[1:]]
    # HAProxy may accept the next client before it sees that the one before has left.
    return [{name: row[name] for name in COLUMNS if (row["type"], name) != ("0", "smax")}
            for row in rows if row["pxname"] in ("web", "app")]


STORIES = {
    "nothing": lambda both: None,
    "requests": lambda both: [both.solo.get() for _ in range(6)],
    "statuses": lambda both: [both.solo.get(path) for path in ("/a", "/status", "/cached")],
    "by cookie": lambda both: [both.solo.get("/whoami", "Cookie: SRV=sb") for _ in range(3)],
}


@pytest.mark.parametrize("name", STORIES)
def test_stat(both, operator, name):
    def story():
        STORIES[name](both)
        return table(operator.ask("show stat"))
    both.equal(configuration(operator), story)


def test_stat_header_and_filter(both, operator):
    def story():
        text = operator.ask("show stat")
        one = operator.ask("show stat app 4 2")
        return (text.splitlines()[0],
                [line.count(",") for line in text.splitlines() if line],
                [line.split(",")[:2] for line in one.splitlines()[1:] if line])
    both.equal(configuration(operator), story)


def typed(text):
    """Position, name, tags and type of each figure that wslb has, and its type of row."""
    rows = [line.split(":") for line in text.splitlines() if line]
    return {row[0]: row[1:3] for row in rows}


def test_stat_typed(both, operator):
    """Every figure has the place, name, tags and type that HAProxy gives it."""
    seen = []

    def story():
        both.solo.get()
        seen.append(typed(operator.ask("show stat typed")))
        seen.append(typed(operator.ask("show info typed")))
    both.equal(configuration(operator), story)
    for original, ours in zip(seen[:2], seen[2:], strict=True):
        own = ours.keys() - original.keys()
        assert all(key.split(".")[1] == "Tunnels" for key in own), own
        assert {key: original[key] for key in ours.keys() - own} == \
            {key: value for key, value in ours.items() if key not in own}


def without_values(figures):
    return [{k: v for k, v in figure.items() if k != "value"} | {"type": figure["value"]["type"]}
            for figure in figures if figure["field"]["name"] != "Tunnels"]


@pytest.mark.parametrize("what", ("show info json", "show stat json"))
def test_json(both, operator, what):
    seen = []

    def story():
        answer = json.loads(operator.ask(what))
        flat = answer if what == "show info json" else sum(answer, [])
        seen.append([json.dumps(each, sort_keys=True) for each in without_values(flat)])
    both.equal(configuration(operator), story)
    original, ours = seen
    assert ours and set(ours) <= set(original)


@pytest.mark.parametrize("words", ("up", "no-maint", "-1 4 -1", "-1 1 -1", "app -1 -1", "2 -1 -1",
                                   "-1 2 -1 up"))
def test_stat_choice(both, operator, words):
    def story():
        operator.ask("set server app/a state maint; set server app/b health down")
        rows = operator.ask("show stat " + words).splitlines()[1:]
        return [[line.split(",")[n] for n in (0, 1, 17)] for line in rows if line]
    both.equal(configuration(operator, options="disabled"), story)


def test_counts_of_an_open_tunnel(both, operator):
    """Sessions, requests and the 101 count while it is open, not when it closes."""
    def story():
        tunnel = both.solo.websocket("/echo", "Cookie: SRV=sa")
        seen = table(operator.ask("show stat"))
        tunnel.close()
        # HAProxy counts these of the frontend and the backend only when it closes.
        return [{k: v for k, v in row.items() if k not in ("hrsp_1xx", "req_tot")} for row in seen]
    both.equal(configuration(operator), story)
    with both.solo.proxy(configuration(operator), "wslb"):
        tunnel = both.solo.websocket("/echo", "Cookie: SRV=sa")
        rows = {row["svname"]: (row["hrsp_1xx"], row["req_tot"])
                for row in table(operator.ask("show stat"))}
        tunnel.close()
        assert rows["FRONTEND"] == rows["BACKEND"] == rows["a"] == ("1", "1")


def sessions(text):
    """Which frontend, backend and server; HAProxy lists the asking one as well."""
    found = re.findall(r"proto=(\S+) src=([^:\s]+).* fe=(\S+) be=(\S+) srv=(\S+)", text)
    return sorted(each for each in found if each[2] != "GLOBAL")


def test_sessions(both, operator):
    def story():
        tunnels = [both.solo.websocket("/echo", f"Cookie: SRV=s{name}") for name in "ab"]
        seen = sessions(operator.ask("show sess"))
        for one in tunnels:
            one.close()
        return seen
    assert len(both.equal(configuration(operator), story)) == 2


def test_shutdown_of_one_session(both, operator):
    def story():
        first = both.solo.websocket("/echo", "Cookie: SRV=sa")
        second = both.solo.websocket("/echo", "Cookie: SRV=sb")
        line = next(line for line in operator.ask("show sess").splitlines() if "srv=a" in line)
        answer = operator.ask("shutdown session " + line.split(":")[0])
        ended = first.socket.recv(100)
        second.send(b"still here")
        echo = second.receive()
        second.close()
        return answer, ended.decode("latin-1"), str(echo)
    both.equal(configuration(operator), story)


def test_errors(both, operator):
    def story():
        before = operator.ask("show errors").count("invalid request")
        connection = both.solo.http()
        connection.send(b"GET /x HTTP/1.1\r\nHost: a\r\nBad Field: 1\r\n\r\n")
        status = connection.response().status
        connection.close()
        after = operator.ask("show errors web request")
        only = operator.ask("show errors web response")
        return (before, status, "frontend web" in after, "invalid request" in after,
                r"Bad Field: 1\r\n" in after, "invalid" in only,
                re.sub(r"\[.*\]", "", after.splitlines()[0]))
    both.equal(configuration(operator), story)


def test_frontend_pauses(both, operator):
    def reached():
        try:
            return both.solo.get().status
        except ConnectionRefusedError:
            return "refused"

    def story():
        tunnel = both.solo.websocket("/echo")
        seen = [reached(), operator.ask("disable frontend web"), reached()]
        seen.append([row["status"] for row in table(operator.ask("show stat"))])
        tunnel.send(b"stays")
        seen += [str(tunnel.receive()), operator.ask("enable frontend web"), reached()]
        seen += [operator.ask("disable frontend web; enable frontend web"), reached()]
        seen += [operator.ask("shutdown frontend web"), reached()]
        seen.append([row["status"] for row in table(operator.ask("show stat"))])
        tunnel.close()
        return seen
    both.equal(configuration(operator) + "frontend spare\n    bind 10.77.0.11:81\n", story)


CHECK_COLUMNS = ("svname", "status", "chkfail", "chkdown", "check_status", "check_code", "last_chk",
                 "check_desc", "check_rise", "check_fall", "check_health", "bck", "act")
CHECKS = {
    "good": ("", "check inter 50ms", 4),
    "nobody listens": ("", "check inter 50ms port 9", 0),
    "http": ("option httpchk GET /whoami", "check inter 50ms", 4),
    "http with a wrong status": ("option httpchk GET /status/500\n    http-check expect status 201",
                                 "check inter 50ms", 0),
    "rise and fall": ("", "check inter 50ms rise 3 fall 5", 7),
}


@pytest.mark.parametrize("name", CHECKS)
def test_check_columns(both, operator, name):
    lines, options, settled = CHECKS[name]

    def rows():
        names, *lines = csv.reader(operator.ask("show stat").strip().splitlines())
        return [dict(zip(names, line, strict=True)) for line in lines]

    def story():
        for _ in range(200):  # the first checks are spread over time
            row = next(row for row in rows() if row["svname"] == "c")
            if row["check_health"] == str(settled) and not row["check_status"].startswith("*"):
                break
            threading.Event().wait(0.02)
        state = next(line.split() for line in operator.ask("show servers state app").splitlines()
                     if line.split()[3:4] == ["c"])
        # The result (11) and the state (13) tell whether a check is under way, too.
        return ({column: row[column] for column in CHECK_COLUMNS}, [state[10], state[12]],
                int(state[13]) & ~1)
    text = configuration(operator, "roundrobin" + ("\n    " + lines if lines else ""), options)
    both.equal(text, story)


def test_open_tunnels_show(both, operator):
    def story():
        sockets = [both.solo.websocket() for _ in range(4)]
        rows = {row["svname"]: (row["scur"], row["smax"])
                for row in table(operator.ask("show stat")) if row["pxname"] == "app"}
        for one in sockets:
            one.close()
        return rows
    both.equal(configuration(operator), story)


def test_live_bytes_of_a_tunnel(both, operator):
    """HAProxy counts a tunnel's bytes when it closes; wslb tells them at once."""
    with both.solo.proxy(configuration(operator), "wslb"):
        tunnel = both.solo.websocket("/echo", "Cookie: SRV=sa")
        tunnel.send(b"x" * 5000)
        tunnel.receive()
        text = operator.ask("show stat")
        names = text.splitlines()[0].lstrip("# ").split(",")
        rows = [dict(zip(names, line.split(","))) for line in text.splitlines()[1:] if line]
        seen = {row["svname"]: int(row["bin"]) for row in rows if row["pxname"] in ("app", "web")}
        info = operator.ask("show info")
        tunnel.close()
        assert seen["a"] >= 5000 and seen["BACKEND"] >= 5000 and seen["FRONTEND"] >= 5000
        assert re.search(r"^Tunnels: 1$", info, re.MULTILINE)
