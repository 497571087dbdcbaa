"""One configuration and one row of requests through HAProxy and through wslb-proxy, and what
clients, servers and the syslog server saw of each: equal, or the test fails with the difference."""
import difflib
import json
import re
from typing import NamedTuple

from tests.lab.solo import Solo

from .syslog_server import SyslogServer

KINDS = ("haproxy", "wslb")
SYSLOG = "10.77.0.31"


class Ask(NamedTuple):
    """One request on a connection of its own. `raw`: these bytes instead."""
    path: str = "/whoami"
    headers: tuple = ()
    method: str = "GET"
    body: bytes = b""
    raw: bytes = b""


def ask(path="/whoami", *headers, method="GET", body=b""):
    return Ask(path, headers, method, body)


class Case(NamedTuple):
    """Lines of the sections, and the requests. `jar`: cookies that were set are sent from then on.
    `servers`: appended to each server line, may hold {app.name}. `log`: compare the log lines."""
    requests: list
    frontend: str = ""
    backend: str = "balance roundrobin"
    servers: str = ""
    defaults: str = ""
    top: str = ""
    jar: bool = False
    log: bool = False
    ignore: tuple = ()  # names of response headers


class Both:
    def __init__(self):
        self.solo = Solo()
        self.syslog = SyslogServer(self.solo.client)
        self._known = {}  # how many requests of each app were looked at

    def close(self):
        self.syslog.close()
        self.solo.close()

    def same(self, case):
        """Runs the case through both and compares everything that was seen."""
        self.equal(self.configuration(case), lambda: self.play(case))

    def equal(self, text, story):
        """`story()` asks self.solo and returns what is to be equal, made of plain values."""
        results = {}
        for kind in KINDS:
            with self.solo.proxy(text, kind):
                results[kind] = story()
        ours, original = (json.dumps(results[kind], indent=1, default=str, sort_keys=True)
                          for kind in reversed(KINDS))
        difference = "\n".join(difflib.unified_diff(
            original.splitlines(), ours.splitlines(), *KINDS, lineterm=""))
        assert not difference, f"\n{text}\n{difference}"
        return results["haproxy"]

    def configuration(self, case):
        def lines(text):
            return "".join(f"    {line.strip()}\n" for line in text.strip().splitlines())
        frontend = lines(case.frontend)
        if case.log:
            frontend += f"    log {SYSLOG}:{self.syslog.port} local3\n"
        text = self.solo.configuration(lines(case.backend), case.servers, frontend=frontend,
                                       defaults=lines(case.defaults))
        # One thread: HAProxy's sequences are per thread.
        return text.replace("global\n", "global\n    nbthread 1\n", 1) + case.top

    def play(self, case):
        self.syslog.lines()
        self._arrived()
        cookies = {}
        seen = [self._ask(request, case, cookies) for request in case.requests]
        if case.log:
            logged = self.syslog.wait_for(len(case.requests))
            seen.append({"log": [normal_line(line) for line in logged]})
        return seen

    def _ask(self, request, case, cookies):
        headers = list(request.headers)
        if case.jar and cookies:
            headers.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in cookies.items()))
        connection = self.solo.http()
        try:
            if request.raw:
                connection.send(request.raw)
                response = connection.response()
            else:
                response = connection.get(request.path, *headers, method=request.method,
                                          body=request.body)
        finally:
            connection.close()
        for cookie in response.all("Set-Cookie") if response else ():
            name, _, value = cookie.split(";")[0].partition("=")
            cookies[name] = value
        return {"response": normal_response(response, case.ignore), "arrived": self._arrived()}

    def _arrived(self):
        """What the apps received since the last call."""
        arrived = []
        for app in self.solo.apps:
            requests = app.requests()
            arrived += [normal_request(r) | {"app": app.name}
                        for r in requests[self._known.get(app.name, 0):]]
            self._known[app.name] = len(requests)
        return arrived


def normal_response(response, ignore=()):
    """Without what may differ: the date, and the text of pages that the proxy makes itself."""
    if response is None:
        return None
    dropped = {"date", *(name.lower() for name in ignore)}
    own_page = response.status >= 400 and not response.header("X-App")
    if own_page:
        dropped |= {"content-length", "cache-control", "content-type", "connection"}
    headers = sorted((name.lower(), value) for name, value in response.headers
                     if name.lower() not in dropped)
    return {"status": response.status, "headers": headers,
            "body": "" if own_page else response.body.decode("latin-1")}


def normal_request(request):
    headers = {name: values for name, values in request["headers"].items()
               if name not in ("connection",)}
    return {"method": request["method"], "target": request["target"], "headers": headers}


def normal_line(line):
    """A log line with its times, ports and process number as N, 1 s and more as SECONDS."""
    line = re.sub(r"^<(\d+)>.{15} \S+\[\d+\]:", r"<\1>TAG:", line)
    line = re.sub(r"\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}\]", "[DATE]", line)
    line = re.sub(r"(\d+\.\d+\.\d+\.\d+):\d+", r"\1:PORT", line)
    line = re.sub(r"~([^~]*)~", lambda zone: re.sub(r"(?<![-\d])\d+", "N", zone.group(1)), line)

    # The pages of errors have words of their own in each proxy.
    line = re.sub(r"(<NOSRV> \S+ [45]\d\d) [1-9]\d*", r"\1 PAGE", line)

    def timers(match):
        classes = ["-1" if t == "-1" else "N" if int(t) < 900 else "SECONDS"
                   for t in match.group(1).split("/")]
        return " " + "/".join(classes) + match.group(2)
    return re.sub(r" ((?:-?\d+/){2,4}-?\d+)( \d{3}| -1| \d+ )", timers, line, count=1)
