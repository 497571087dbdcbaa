"""Servers that are named by host: what both proxies tell of them while DNS changes."""
import re
import time

import pytest

from tests.lab.dns_server import REFUSED, DnsServer
from tests.lab.stats_socket import Operator

from .both import KINDS, SYSLOG
from .syslog_server import SyslogServer
from .test_check_scripts import told

pytestmark = pytest.mark.long

STEP_S = 1.2

SECTIONS = """
resolvers dns
    nameserver ns1 {address}:53
    timeout resolve 100ms
    timeout retry 100ms
    resolve_retries 2
    hold nx 300ms
    hold other 300ms
    hold refused 300ms
    hold timeout 300ms

backend dyn
    log {syslog} local3
    server-template d 2 app.test:3000 resolvers dns init-addr none check inter 200ms
    server six app.test:3000 resolvers dns init-addr none resolve-prefer ipv4

backend net
    log {syslog} local3
    server near two.test:3000 resolvers dns init-addr none resolve-net 10.77.0.22/32
    server any four.test:3000 resolvers dns init-addr none resolve-prefer ipv4

backend srv
    log {syslog} local3
    server-template s 2 _ws._tcp.test resolvers dns init-addr none check inter 200ms
    server-template light 1 _ws._tcp.test resolvers dns init-addr none resolve-opts ignore-weight
"""

A, B = "10.77.0.21", "10.77.0.22"
ALWAYS = {"two.test": [A, B], "four.test": ["fd00::9", A]}
STEPS = {
    "an address": {"app.test": [A]},
    "none any more": {},
    "back at another": {"app.test": [B]},
    "refused": {"app.test": REFUSED},
    "back": {"app.test": [A]},
    "no records": {"app.test": []},
    "back again": {"app.test": [A]},
    "silence": {"app.test": None},
    "a service": {"app.test": [A], "_ws._tcp.test": [(1, 10, 3000, "h1.test")], "h1.test": [A]},
    "its weight": {"app.test": [A], "_ws._tcp.test": [(1, 700, 3000, "h1.test")], "h1.test": [A]},
    "its host": {"app.test": [A], "_ws._tcp.test": [(1, 700, 3000, "h1.test")], "h1.test": [B]},
    "it has gone": {"app.test": [A], "h1.test": [A]},
}


def story(line):
    line = re.sub(r"by (dns/\w+|DNS cache)", "by DNS", told(line))
    return re.sub(r"\d+ active and", "N active and", line)


def states(operator):
    """Of each server in `show servers state`: address, states, weight, name and port, SRV name."""
    rows = [line.split() for line in operator.ask("show servers state").splitlines()[2:]]
    # 64: a name that came from elsewhere; HAProxy says so of a server that has lost it, too.
    return {f"{row[1]}/{row[3]}": [row[4], row[5], int(row[6]) & ~64, *row[7:8], *row[17:20]]
            for row in rows if len(row) > 20 and row[1] in ("dyn", "net", "srv")}


@pytest.fixture(scope="module")
def told_by(both):
    """What each proxy had to say, step by step; both run side by side."""
    solo = both.solo
    dns = DnsServer(solo.apps[2].host, dict(ALWAYS))
    logs = [SyslogServer(solo.client, 3400 + n) for n, _ in enumerate(KINDS)]
    operators = [Operator(solo.host.directory / f"{kind}.sock") for kind in KINDS]

    def configuration(n):
        text = solo.configuration("balance roundrobin\n").replace(
            "global\n", "global\n    nbthread 1\n"
            f"    stats socket {operators[n].path} level admin\n", 1)
        return text + SECTIONS.format(address=solo.apps[2].host.address,
                                      syslog=f"{SYSLOG}:{logs[n].port}")
    seen = {kind: {} for kind in KINDS}
    try:
        with solo.proxy(configuration(0), KINDS[0]), solo.proxy(configuration(1), KINDS[1]):
            for name, records in STEPS.items():
                dns.records = ALWAYS | records
                time.sleep(STEP_S)
                for n, kind in enumerate(KINDS):
                    lines = {}
                    for line in map(story, logs[n].lines()):
                        server = re.search(r"\b(dyn|net|srv)(/\w+)?", line)
                        lines.setdefault(server.group(0) if server else "", []).append(line)
                    lines.pop("dyn", None)  # "no server left": which was the last one differs
                    lines.pop("srv", None)
                    seen[kind][name] = {"lines": lines, "states": states(operators[n])}
    finally:
        dns.close()
        for log in logs:
            log.close()
    return seen


@pytest.mark.parametrize("step", STEPS)
def test_step(told_by, step):
    original, ours = (told_by[kind][step] for kind in KINDS)
    assert original["states"]
    assert ours["states"] == original["states"]
    assert ours["lines"] == original["lines"]
