"""Stick tables: which way clients are led, what is counted, and what operators see and change."""
import re
import socket
import ssl
import time

import pytest

from tests.lab.stats_socket import Operator

from .certificates import Authority

CONFIGURATION = """
global
    nbthread 1
    stats socket SOCKET level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
    option redispatch
peers friends
    bind 10.77.0.11:8999
    server HOSTNAME
    server other 10.77.0.99:8999
    table shared type string len 10 size 10 expire 1m store gpc0
frontend web
    bind 10.77.0.11:80
    {frontend}
    default_backend app
backend app
    balance roundrobin
    {backend}
    server a 10.77.0.21:3000 {servers}
    server b 10.77.0.22:3000 {servers}
    server c 10.77.0.23:3000 {servers}
backend other
    {other}
    server c 10.77.0.23:3000
    server b 10.77.0.22:3000
    server a 10.77.0.21:3000 id 44
"""
ALL = ("gpt0,gpc0,gpc0_rate(1m),conn_cnt,conn_rate(1m),conn_cur,sess_cnt,sess_rate(1m),"
       "http_req_cnt,http_req_rate(1m),http_err_cnt,http_err_rate(1m),gpc1,gpc1_rate(1m),"
       "http_fail_cnt,http_fail_rate(1m)")
COUNTS = f"stick-table type ip size 100 expire 1m store {ALL}"
TEXTS = "stick-table type string len 20 size 100 expire 1m"


@pytest.fixture
def operator(both):
    return Operator(both.solo.host.directory / "stats.sock")


def configuration(operator, frontend="", backend="", servers="", other=""):
    def indent(text):
        return text.replace("\n", "\n    ")
    return CONFIGURATION.format(frontend=indent(frontend), backend=indent(backend),
                                servers=servers, other=indent(other)) \
        .replace("SOCKET", operator.path).replace("HOSTNAME", socket.gethostname())


def normal(text):
    """Without addresses in memory, and without the time that is left."""
    text = re.sub(r"0x[0-9a-f]+:", "PLACE:", text)
    return re.sub(r"exp=[1-9]\d*", "exp=LEFT", text).splitlines()


class Story:
    """Steps: "/path HEADER..." asks for it, "> command" asks the operator's socket, "sleep S"."""

    def __init__(self, both, operator, steps):
        self.both, self.operator, self.steps = both, operator, steps

    def __call__(self):
        return [(step, self.take(step)) for step in self.steps]

    def take(self, step):
        if step.startswith("> "):
            return normal(self.operator.ask(step[2:]))
        if step.startswith("sleep "):
            return time.sleep(float(step[6:]))
        path, *headers = step.split(" | ")
        answer = self.both.solo.get(path, *headers)
        if answer is None:
            return None
        seen = {name.lower(): value for name, value in answer.headers
                if name.lower().startswith("x-") or name.lower() == "set-cookie"}
        return answer.status, seen


def users(*names):
    return [f"/whoami | X-User: {name}" for name in names]


BY_USER = f"{TEXTS}\nstick on hdr(x-user)"
STICK = {
    "on": (dict(backend=BY_USER), users(*"uvwuvwuw") + ["> show table app"]),
    "on src": (dict(backend=f"{COUNTS}\nstick on src"), users(*"uuu") + ["> show table app"]),
    "match alone": (dict(backend=f"{TEXTS}\nstick match hdr(x-user)"),
                    users(*"uuu") + ["> show table app"]),
    "store-request alone": (dict(backend=f"{TEXTS}\nstick store-request hdr(x-user)"),
                            users(*"uuvu") + ["> show table app"]),
    "without a key": (dict(backend=BY_USER), ["/whoami", "/whoami", "> show table app"]),
    "empty key": (dict(backend=BY_USER), ["/whoami | X-User:", "/whoami | X-User:",
                                          "> show table app"]),
    "long key": (dict(backend=BY_USER), users("x" * 25, "x" * 30, "x" * 20, "x" * 19)
                 + ["> show table app"]),
    "odd keys": (dict(backend=BY_USER), users("a b=c\\d", "é", "q\"'") + ["> show table app"]),
    "condition": (dict(backend=f"{TEXTS}\nstick on hdr(x-user) if {{ path /whoami }}"),
                  users(*"uvu") + ["/cookies | X-User: u", "/cookies | X-User: w",
                                   "> show table app"]),
    "unless": (dict(backend=f"{TEXTS}\nstick on hdr(x-user) unless {{ path /whoami }}"),
               users(*"uvu") + ["> show table app"]),
    "url_param": (dict(backend=f"{TEXTS}\nstick on url_param(sid)"),
                  ["/?sid=1", "/?sid=2", "/?sid=1", "/?x=1&sid=2", "> show table app"]),
    "path lowered": (dict(backend=f"{TEXTS}\nstick on path,lower"),
                     ["/AB", "/ab", "/Ab", "> show table app"]),
    "req.cook": (dict(backend=f"{TEXTS}\nstick on req.cook(S)"),
                 ["/ | Cookie: S=1", "/ | Cookie: S=2; T=1", "/ | Cookie: T=1; S=1",
                  "> show table app"]),
    "res.cook": (dict(backend=f"{TEXTS}\nstick match req.cook(S)\n"
                              "stick store-response res.cook(S)"),
                 ["/set-cookie?v=S=1", "/ | Cookie: S=1", "/ | Cookie: S=1", "/ | Cookie: S=2",
                  "> show table app"]),
    "store-response condition": (
        dict(backend=f"{TEXTS}\nstick store-response res.cook(S) if {{ status 404 }}"),
        ["/set-cookie?v=S=1", "> show table app"]),
    "two keys": (dict(backend=f"{TEXTS}\nstick on hdr(x-user)\nstick on hdr(x-more)"),
                 users(*"uv") + ["/ | X-More: u", "/ | X-More: w", "/ | X-User: n | X-More: v",
                                 "> show table app"]),
    "two tables": (dict(backend=f"{TEXTS}\nstick on hdr(x-user)\nstick on hdr(x-more) table other",
                        other=TEXTS),
                   ["/ | X-User: u | X-More: m", "/ | X-More: m", "/ | X-User: u", "/",
                    "> show table app", "> show table other"]),
    "table of another section": (dict(frontend="use_backend other if { path /other }",
                                      backend=f"{TEXTS}\nstick on hdr(x-user)",
                                      other="stick on hdr(x-user) table app"),
                                 users(*"uvw") + ["/other | X-User: u", "/other | X-User: v",
                                                  "/other | X-User: w", "> show table app"]),
    "peers table": (dict(backend="stick on hdr(x-user) table friends/shared"),
                    users(*"uvu") + ["> show table friends/shared"]),
    "unreachable": (dict(backend=f"{TEXTS}\nstick on hdr(x-user)\nretries 0\nno option redispatch",
                         servers="disabled"), users("u") + ["> show table app"]),
    "cookie first": (dict(backend=f"{BY_USER}\ncookie SRV insert", servers="cookie s%d"),
                     users("u") + ["/ | X-User: u", "> show table app"]),
    "server in maintenance": (dict(backend=BY_USER),
                              users(*"uv") + ["> disable server app/a"] + users(*"uu")
                              + ["> enable server app/a"] + users(*"uu") + ["> show table app"]),
    "server in drain": (dict(backend=BY_USER),
                        users(*"uv") + ["> set server app/a state drain"] + users(*"uuvw")
                        + ["> show table app"]),
    "persist": (dict(backend=f"{BY_USER}\noption persist\nretries 0\nno option redispatch"),
                users(*"uv") + ["> set server app/a health down"] + users(*"uv")),
    "ignore-persist": (dict(backend=f"{BY_USER}\nignore-persist if {{ path /cookies }}"),
                       users(*"uv") + ["/cookies | X-User: u"] + users(*"u")
                       + ["> show table app"]),
    "use-server first": (dict(backend=f"{BY_USER}\nuse-server b if {{ path /cookies }}"),
                         users(*"uv") + ["/cookies | X-User: u"] + users(*"u")
                         + ["> show table app"]),
    "expiry": (dict(backend="stick-table type string size 10 expire 700ms\nstick on hdr(x-user)"),
               users(*"uvu") + ["sleep 0.4"] + users("u") + ["sleep 0.5", "> show table app"]
               + users("u") + ["sleep 1", "> show table app"] + users(*"uv")),
    "purge": (dict(backend="stick-table type string size 3 expire 1m\nstick on hdr(x-user)"),
              [step for user in "abcd" for step in (*users(user), "sleep 0.05")]
              + ["> show table app"]),
    "nopurge": (dict(backend="stick-table type string size 2 nopurge\nstick on hdr(x-user)"),
                users(*"abcc") + ["> show table app"]),
    "srvkey addr": (dict(backend="stick-table type string size 9 srvkey addr\n"
                                 "stick on hdr(x-user)"),
                    users(*"uvu") + ["> show table app"]),
    "an answer of our own": (dict(backend=f"{BY_USER}\nhttp-request return status 200 if TRUE"),
                             users("u") + ["> show table app"]),
    "a broken answer": (dict(backend=f"{BY_USER}\nretries 0"),
                        ["/drop | X-User: u", "> show table app"]),
    "set by an operator": (dict(backend=BY_USER),
                           users("v") + ["> set table app key u data.server_id 3"]
                           + users(*"uu") + ["> show table app"]),
}


@pytest.mark.parametrize("name", STICK)
def test_stick(both, operator, name):
    lines, steps = STICK[name]
    if "cookie" in lines.get("servers", ""):
        lines = lines | {"servers": "cookie sx"}
    both.equal(configuration(operator, **lines), Story(both, operator, steps))


SEEN = 'http-response set-header X-Seen "<%[{}]>"'
KEYS = "stick-table type {} size 100 expire 1m store gpc0,http_req_cnt"
TRACK = {
    "http-request": "http-request track-sc0 src\n" + SEEN.format("sc0_http_req_cnt"),
    "http-response": "http-response track-sc0 src",
    "connection": "tcp-request connection track-sc0 src",
    "session": "tcp-request session track-sc1 src",
    "content": "tcp-request inspect-delay 1s\ntcp-request content track-sc2 hdr(x-ip)",
    "two of them": "tcp-request connection track-sc0 src\nhttp-request track-sc0 hdr_ip(x-ip)",
    "with a condition": "http-request track-sc0 src if { path /whoami }",
    "first one counts": "http-request track-sc0 hdr_ip(x-ip)\nhttp-request track-sc0 src",
    "deny": "http-request track-sc0 src\nhttp-request deny if { sc0_http_req_cnt gt 2 }",
    "rate": "http-request track-sc0 src\n"
            "http-request deny deny_status 429 if { sc0_http_req_rate gt 2 }",
    "src_": "http-request track-sc0 src\n" + SEEN.format("src_http_req_cnt") + "\n"
            "http-request deny if { src_http_err_cnt gt 0 }",
    "alternate table": "http-request track-sc0 src table other\n"
                       "http-request set-var(txn.n) sc0_gpc0_rate(web)\n"
                       + SEEN.format("sc0_http_req_cnt(other)"),
    "inc and clr": "http-request track-sc0 src\nhttp-request deny if { path /cookies } "
                   "{ sc0_inc_gpc0 gt 1 }\n"
                   "http-request deny if { path /body } { sc0_clr_gpc0 gt 5 }\n"
                   + SEEN.format("sc_get_gpc0(0)"),
    "src_inc": "http-request deny if { src_inc_gpc0 gt 2 }\n" + SEEN.format("src_get_gpc0"),
    "src_updt": SEEN.format("src_updt_conn_cnt"),
    "actions": "http-request track-sc0 src\nhttp-request sc-inc-gpc0(0)\n"
               "http-request sc-inc-gpc1(0) if { path /cookies }\n"
               "http-request sc-set-gpt0(0) 7\nhttp-response sc-inc-gpc1(0)",
    "tag of a sample": "http-request track-sc0 src\nhttp-request sc-set-gpt0(0) hdr_val(x-n)",
    "tracked": "http-request track-sc0 src if { path /whoami }\n" + SEEN.format(
        "sc0_tracked] %[sc1_tracked] %[sc0_trackers] %[sc0_conn_cur] %[sc0_conn_cnt"),
    "in_table": "http-request track-sc0 src\n" + SEEN.format(
        "src,in_table(web)] %[str(1.2.3.4),in_table(web)] %[src,table_http_req_cnt(web)] "
        "%[str(1.2.3.4),table_conn_cnt(web)] %[hdr(x-none),table_conn_cnt(web)"),
    "table_cnt": "http-request track-sc0 hdr_ip(x-ip)\n" + SEEN.format("table_cnt] %[table_avl"),
    "errors of servers": "http-request track-sc0 src\n"
                         "http-response set-status 500 if { path /never }",
    "nothing is stored": "http-request track-sc0 src table other\n"
                         + SEEN.format("sc0_conn_cnt] %[sc0_gpc0_rate] %[src_conn_rate(other)"),
}
WALK = ["/whoami | X-IP: 1.2.3.4 | X-N: 12", "/cookies | X-IP: ::ffff:9.9.9.9", "/whoami | X-N: 5",
        "/cookies", "/body", "/drop", "/whoami | X-IP: ::1", "> show table"]


@pytest.mark.parametrize("name", TRACK)
def test_track(both, operator, name):
    text = configuration(operator, frontend=f"{COUNTS}\n{TRACK[name]}",
                         other=KEYS.format("ip"))
    steps = WALK + ["> show table web", "> show table other"]
    both.equal(text, Story(both, operator, steps))


ARRAYS = {
    "counters": "http-request sc-inc-gpc(1,0)\nhttp-request sc-inc-gpc0(0)\n" + SEEN.format(
        "sc_get_gpc(1,0)] %[sc_gpc_rate(1,0)] %[sc0_get_gpc0] %[sc0_get_gpc1] %[sc0_gpc1_rate"),
    "tags": "http-request sc-set-gpt(1,0) 5\nhttp-request sc-set-gpt0(0) 6\n" + SEEN.format(
        "sc_get_gpt(1,0)] %[sc0_get_gpt0] %[src_get_gpt(1,web)] %[src,table_gpt(1,web)"),
    "beyond": "http-request sc-inc-gpc(9,0)\n" + SEEN.format(
        "sc_get_gpc(9,0)] %[src_get_gpc(9,web)"),
    "changed by samples": SEEN.format(
        "sc_inc_gpc(2,0)] %[src_inc_gpc(2,web)] %[sc_clr_gpc(2,0)] %[src_get_gpc(2,web)"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(both, operator, name):
    text = configuration(operator, frontend="stick-table type ip size 10 expire 1m store "
                         "gpc(3),gpc_rate(3,1m),gpt(2)\nhttp-request track-sc0 src\n"
                         + ARRAYS[name])
    both.equal(text, Story(both, operator, ["/", "/", "/", "> show table web"]))


TYPES = {
    "ip": ("ip", ["1.2.3.4", "::ffff:1.2.3.4", "::1", "x", ""]),
    "ipv6": ("ipv6", ["1.2.3.4", "::ffff:1.2.3.4", "::1", "x"]),
    "integer": ("integer", ["1", "-1", "12abc", "x", "4294967297", "007"]),
    "string": ("string", ["a", "b" * 40, "c d", "="]),
    "binary": ("binary len 4", ["a", "abcdef", "ab=="]),
}


@pytest.mark.parametrize("name", TYPES)
def test_types(both, operator, name):
    kind, values = TYPES[name]
    text = configuration(operator, frontend=f"{KEYS.format(kind)}\n"
                         "http-request track-sc0 hdr(x-key)")
    steps = [f"/ | X-Key: {value}" for value in values]

    def story():  # keys of integers are sorted as their bytes lie in memory
        return Story(both, operator, steps)(), sorted(normal(operator.ask("show table web")))
    both.equal(text, story)


def test_keys_of_an_address(both, operator):
    text = configuration(operator, frontend=f"{KEYS.format('binary len 6')}\n"
                         "http-request track-sc0 src\nhttp-request track-sc1 src table app\n"
                         "http-request track-sc2 src table other",
                         backend=KEYS.format("integer"), other=KEYS.format("string"))
    both.equal(text, Story(both, operator, ["/", *(f"> show table {name}" for name in
                                                   ("web", "app", "other"))]))


COMMANDS = [
    "show table", "show table nope", "show table web", "show table web key",
    "show table web key 1.2.3.4", "set table web key 1.2.3.4",
    "set table web key 1.2.3.4 data.gpc0 7",
    "set table web key 5.6.7.8 data.gpc0 3 data.http_req_cnt 4294967297 data.conn_rate 5",
    "show table web", "show table web key 1.2.3.4", "show table web data.gpc0 gt 3",
    "show table web data.gpc0 le 3", "show table web data.gpc0 ne 3",
    "show table web data.gpc0 eq 3", "show table web data.gpc0 ge 3 data.http_req_cnt lt 1",
    "show table web data.conn_rate gt 4", "show table web foo", "show table web data.gpc0",
    "show table web data.gpc0 gt", "show table web data.gpc0 gt x", "show table web data.nope gt 0",
    "show table web data.server_id gt 0", "show table web data.gpc0 xx 0",
    "show table web data.gpc0 eq 0 foo", "show table web" + " data.gpc0 eq 0" * 5, "set table",
    "set table nope", "set table web key", "set table web key 9.9.9.9 data.gpc0 x",
    "set table web key 9.9.9.9 data.gpc0", "set table web key 9.9.9.9 data.foo 1",
    "set table web key 9.9.9.9 data.server_id 1", "set table web key 9.9.9.9 foo",
    "clear table web key 9.9.9.9", "set table web data.gpc0 gt 0", "clear table",
    "clear table nope", "clear table web foo", "clear table web key 5.6.7.8",
    "clear table web key 5.6.7.8", "clear table web data.gpc0 gt 100",
    "clear table web data.gpc0 gt 0", "show table web", "set table other key a\\ b",
    "set table other key " + "x" * 40, "show table other", "clear table other", "show table other",
    "set table app key 77", "set table app key x", "set table app key -1", "show table app",
]


def test_commands(both, operator):
    text = configuration(operator, frontend=COUNTS, backend=KEYS.format("integer"), other=TEXTS)

    def story():
        seen = Story(both, operator, [f"> {line}" for line in COMMANDS])()
        # HAProxy makes the entry before it finds a word that it does not know.
        return [(step, [line for line in lines or () if "key=9.9.9.9" not in line])
                for step, lines in seen]
    both.equal(text, story)


def test_log_lines(both, operator):
    address = f"10.77.0.31:{both.syslog.port}"
    text = configuration(operator, frontend=f"{COUNTS}\nhttp-request track-sc0 src\n"
                         f"log {address} local3\nlog-format \"%ST <%[sc0_http_req_cnt]> "
                         "<%[src_http_err_cnt(web)]> <%[sc1_conn_cnt]> <%[table_cnt(web)]>\"")

    def story():
        both.syslog.lines()
        both.solo.get("/whoami")
        both.solo.websocket("/echo").close()
        return [line.split(": ", 1)[1] for line in both.syslog.wait_for(2)]
    both.equal(text, story)


@pytest.mark.parametrize("level", ("user", "operator"))
def test_levels(both, operator, level):
    text = configuration(operator, frontend=COUNTS + "\nhttp-request track-sc0 src")
    steps = ["/whoami", "> show table", "> set table web key 1.2.3.4", "> show table web"]
    if level == "operator":  # HAProxy says nothing to a user, and does nothing
        steps += ["> clear table web", "> show table web"]
    both.equal(text.replace("level admin", f"level {level}"), Story(both, operator, steps))


def test_keep_alive_counts_requests_apart_from_connections(both, operator):
    text = configuration(operator, frontend=f"{COUNTS}\ntcp-request connection track-sc0 src\n"
                         "http-request track-sc1 src table other", other=COUNTS)

    def story():
        client = both.solo.http()
        for _ in range(3):
            client.get()
        shown = [normal(operator.ask(f"show table {name}")) for name in ("web", "other")]
        client.close()
        time.sleep(0.1)
        return shown, [normal(operator.ask(f"show table {name}")) for name in ("web", "other")]
    both.equal(text, story)


def test_bad_requests_count_as_errors(both, operator):
    text = configuration(operator, frontend=f"{COUNTS}\ntcp-request connection track-sc0 src")

    def story():
        client = both.solo.http()
        client.send("GET / HTTP/1.1\r\nbad header\r\n\r\n")
        status = client.response().status
        client.close()
        return status, normal(operator.ask("show table web"))
    both.equal(text, story)


def test_slow_requests_count_as_errors(both, operator):
    text = configuration(operator, frontend=f"{COUNTS}\ntcp-request connection track-sc0 src\n"
                         "timeout http-request 300ms")

    def story():
        for sent in ("GET / HTTP/1.1\r\n", ""):
            client = both.solo.http()
            client.send(sent)
            client.response()
            client.close()
        return normal(operator.ask("show table web"))
    both.equal(text, story)


@pytest.mark.parametrize("rule", (
    "http-request auth if { path /whoami }", "http-request tarpit if { path /whoami }",
    "http-request reject if { path /whoami }", "http-response deny",
    "http-request redirect location /x if { path /whoami }",
    "http-request return status 404 if { path /whoami }",
    "tcp-request content reject if { path /whoami }", "use_backend none if { path /whoami }",
    "tcp-request connection reject if { src_conn_cnt gt 1 }"))
def test_what_counts_as_an_error(both, operator, rule):
    text = configuration(operator, frontend=f"{COUNTS}\ntimeout tarpit 100ms\n"
                         f"tcp-request connection track-sc0 src\n{rule}",
                         other="server x 10.77.0.99:1\nbackend none")
    def story():
        seen = []
        for path in ("/whoami", "/cookies"):
            try:
                answer = both.solo.get(path)
                seen.append(answer and answer.status)
            except ConnectionError:
                seen.append(None)  # as good as closed
        return seen, normal(operator.ask("show table web"))
    both.equal(text, story)


def test_open_connections(both, operator):
    text = configuration(operator, frontend=f"{COUNTS}\ntcp-request connection track-sc0 src\n"
                         "http-request track-sc1 hdr_ip(x-ip)")

    def shown():
        return [re.findall(r"key=\S+|use=\d|conn_c\w+=\d", line)
                for line in normal(operator.ask("show table web"))]

    def story():
        first = both.solo.websocket("/echo", "X-IP: 1.2.3.4")
        second = both.solo.websocket("/echo", "X-IP: 1.2.3.4")
        seen = [shown()]
        first.close()
        time.sleep(0.2)
        seen.append(shown())
        second.close()
        time.sleep(0.2)
        return seen, shown()
    both.equal(text, story)


def test_bytes(both, operator):
    text = configuration(operator, frontend="stick-table type ip size 9 expire 1m store "
                         "bytes_in_cnt,bytes_in_rate(1m),bytes_out_cnt,bytes_out_rate(1m)\n"
                         "http-request track-sc0 src")
    both.equal(text, Story(both, operator, ["/size?bytes=5000", "> show table web",
                                            "/chunked?bytes=3000", "> show table web",
                                            "/whoami", "> show table web"]))


def test_a_websocket_is_led_as_well(both, operator):
    text = configuration(operator, backend=BY_USER)

    def story():
        names = []
        for user in "uvuv":
            client = both.solo.websocket("/echo", f"X-User: {user}")
            names.append(client.headers["x-app"])
            client.close()
        return names, [each.header("X-App") for each in
                       (both.solo.get("/whoami", f"X-User: {user}") for user in "uv")]
    both.equal(text, story)


def test_tcp_mode(both, operator):
    text = configuration(operator, frontend=f"{COUNTS}\ntcp-request connection track-sc0 src\n"
                         "tcp-request content track-sc1 src table other",
                         backend="stick-table type ip size 9 expire 1m\nstick on src",
                         other=COUNTS).replace("mode http", "mode tcp")
    steps = ["/", "/", "/", "sleep 0.1", "> show table web", "> show table app",
             "> show table other"]
    both.equal(text, Story(both, operator, steps))


def test_tls_session(both, operator):
    """A resumed session of TLS 1.2 leads to the server that the first one had."""
    authority = Authority(both.solo.host.directory / "stick-tls")
    text = configuration(operator, backend="stick-table type binary len 32 size 10 expire 1m\n"
                         "stick on ssl_fc_session_id")
    text = text.replace("bind 10.77.0.11:80\n", "bind 10.77.0.11:80\n    bind 10.77.0.11:9444 ssl "
                        f"crt {authority.issue('a.lab')} no-tls-tickets ssl-max-ver TLSv1.2\n", 1)
    context = ssl.create_default_context(cafile=str(authority.file))
    context.check_hostname = False

    def visit(session):
        with both.solo.client.inside():
            plain = socket.create_connection(("10.77.0.11", 9444), 5)
        with context.wrap_socket(plain, session=session) as client:
            client.sendall(b"GET /whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := client.recv(4096):
                answer += part
            return re.search(rb"(?i)x-app: (\w)", answer)[1].decode(), client.session, \
                client.session_reused

    def story():
        first, session, _ = visit(None)
        other, _, _ = visit(None)
        again = [visit(session)[::2] for _ in range(3)]
        known = re.findall(r"key=([0-9A-F]+) .*server_key=(\w)", operator.ask("show table app"))
        return first, other, again, [(len(key), server) for key, server in sorted(
            known, key=lambda each: each[1])]
    both.equal(text, story)
