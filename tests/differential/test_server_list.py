"""`add server` and `del server`: the same answers, rows and effects as HAProxy's. Errors of a line
have words of their own in each proxy, so of those only that they are errors is compared."""
import time

import pytest

from tests.lab.stats_socket import Operator

CONFIGURATION = """
global
    nbthread 1
    stats socket SOCKET level admin
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    timeout tunnel 1h
frontend web
    bind 10.77.0.11:80
    acl b_is_up srv_is_up(app/watched)
    http-request set-header X-Up %[nbsrv(app)] if b_is_up
    default_backend app
backend app
    balance roundrobin
    default-server weight 7
    option httpchk GET /status
    server a 10.77.0.21:3000 id 4
    server watched 10.77.0.21:3000 disabled
    server tracked 10.77.0.21:3000 check inter 200ms disabled
backend static
    balance static-rr
    server a 10.77.0.21:3000
backend map
    balance uri
    server a 10.77.0.21:3000
backend ring
    balance uri
    hash-type consistent
    server a 10.77.0.21:3000
backend trackers
    balance leastconn
    server t 10.77.0.21:3000 track app/tracked
"""
NEW = "10.77.0.22:3000"
COLUMNS = ("status", "weight", "act", "bck", "sid", "slim", "qlimit", "addr", "chkfail", "chkdown",
           "check_rise", "check_fall", "stot", "scur")


@pytest.fixture
def operator(both):
    return Operator(both.solo.host.directory / "stats.sock")


def configuration(operator):
    return CONFIGURATION.replace("SOCKET", operator.path)


def row(operator, proxy, server):
    head, *lines = operator.ask("show stat").removeprefix("# ").strip().split("\n")
    names = head.split(",")
    for line in lines:
        values = dict(zip(names, line.split(",")))
        if (values["pxname"], values["svname"]) == (proxy, server):
            return {name: values[name] for name in COLUMNS}
    return None


SAME_ANSWER = {
    "no name": ["add server", "add server app", "del server", "del server app"],
    "no backend": [f"add server nope/b {NEW}", "del server nope/b"],
    "no server": ["del server app/nope"],
    "there is one": [f"add server app/a {NEW}"],
    "static": [f"add server static/b {NEW}", f"add server map/b {NEW}"],
    "consistent": [f"add server ring/b {NEW}"],
    "first": [f"add server app/b {NEW}", f"add server app/b {NEW}"],
    "not in maintenance": ["del server app/a"],
    "referred to": ["del server app/watched", "del server app/tracked"],
    "tracks": ["disable server trackers/t", "del server trackers/t"],
    "one of the file": ["disable server app/a", "del server app/a", "del server app/a"],
    "one of a static backend": ["disable server static/a", "del server static/a"],
    "come and go": [f"add server app/b {NEW}", "del server app/b", f"add server app/b {NEW}",
                    "enable server app/b", "del server app/b", "disable server app/b",
                    "del server app/b"],
    "health": [f"add server app/b {NEW}", "enable health app/b", f"add server app/c {NEW} check",
               "enable health app/c", "disable health app/c"],
    "weight": [f"add server app/b {NEW} weight 5", "get weight app/b", "set weight app/b 50%",
               "get weight app/b", f"add server app/c {NEW}", "get weight app/c"],
    "several in a line": [f"add server app/b {NEW}; enable server app/b; disable server app/b"],
}


@pytest.mark.parametrize("name", SAME_ANSWER)
def test_answers(both, operator, name):
    both.equal(configuration(operator),
               lambda: [[line, operator.ask(line)] for line in SAME_ANSWER[name]])


ROWS = {
    "plain": "", "enabled": "enabled", 
    "limits": "maxconn 9 minconn 3 maxqueue 2", "backup": "backup enabled", "id": "id 77",
    "check": "check inter 100ms rise 3 fall 5", "check enabled": "check enabled",
    "track": "track app/tracked", "slowstart": "slowstart 10s enabled",
    "source": "source 10.77.0.11",
    "marked": "on-marked-down shutdown-sessions check", "tls": "ssl verify none",
    "proxy header": "send-proxy-v2 enabled", "observe": "check observe layer7 error-limit 3",
}


@pytest.mark.parametrize("name", ROWS)
def test_rows(both, operator, name):
    def story():
        answer = operator.ask(f"add server app/b {NEW} {ROWS[name]}")
        state = [line.split()[3:9] for line in operator.ask("show servers state app").split("\n")
                 if " b " in line]
        return answer, row(operator, "app", "b"), state
    both.equal(configuration(operator), story)


REFUSED = ("id 4", "cookie x", "tcp-ut 1s", "init-addr none", "nonsense", "weight 300", "ssl",
           "agent-check", "track app/nope", "resolvers dns", "redir /x")


@pytest.mark.parametrize("options", REFUSED)
def test_refused(both, operator, options):
    def story():
        answer = operator.ask(f"add server app/b {NEW} {options}")
        return "New server" in answer, row(operator, "app", "b"), both.solo.get().status
    assert both.equal(configuration(operator), story)[0] is False


def test_it_cannot_be_tracked(both, operator):
    def story():
        operator.ask(f"add server app/b {NEW} check")
        return "New server" in operator.ask(f"add server app/c {NEW} track app/b")
    assert both.equal(configuration(operator), story) is False


def test_where_requests_go(both, operator):
    """Who begins may differ, the shares not."""
    def story():
        seen = []
        for line in (f"add server app/b {NEW} weight 7", "enable server app/b",
                     "set weight app/b 14", "disable server app/b", "del server app/b"):
            operator.ask(line)
            seen.append("".join(sorted(both.solo.sequence(12))))
        return seen
    both.equal(configuration(operator), story)


def test_numbers_of_servers(both, operator):
    def story():
        ids = []
        for name in ("x", "y", "z"):
            operator.ask(f"add server app/{name} {NEW}")
        operator.ask("del server app/x")
        operator.ask("del server app/y")
        operator.ask(f"add server app/w {NEW}")
        ids += [(row(operator, "app", name) or {}).get("sid") for name in "xyzw"]
        return ids
    both.equal(configuration(operator), story)


def test_a_server_with_a_tunnel_stays(both, operator):
    def story():
        operator.ask(f"add server app/b {NEW}; enable server app/b; disable server app/a")
        tunnel = both.solo.websocket()
        operator.ask("disable server app/b; enable server app/a")
        answers = [operator.ask("del server app/b")]
        tunnel.send(b"hello")
        answers.append(str(tunnel.receive()))
        tunnel.close()
        deadline = time.monotonic() + 5
        while row(operator, "app", "b")["scur"] != "0" and time.monotonic() < deadline:
            time.sleep(0.05)
        return answers + [operator.ask("del server app/b")]
    both.equal(configuration(operator), story)


def test_checks_wait_for_enable_health(both, operator):
    def story():
        operator.ask("add server app/b 10.77.0.22:3999 check inter 50ms rise 1 fall 1 enabled")
        time.sleep(0.4)
        before = row(operator, "app", "b")["status"]
        answer = operator.ask("enable health app/b")
        deadline = time.monotonic() + 5
        while row(operator, "app", "b")["status"] != "DOWN" and time.monotonic() < deadline:
            time.sleep(0.05)
        return before, answer, row(operator, "app", "b")["status"]
    both.equal(configuration(operator), story)
