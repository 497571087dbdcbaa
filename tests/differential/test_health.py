"""What a server's state follows from besides its own checks (agents, servers that it tracks, errors
in its traffic), and what follows from it: who gets requests, and what the log tells."""
import re
import time

import pytest

from .both import KINDS, SYSLOG
from .script_server import ScriptServer
from .syslog_server import SyslogServer
from .test_check_scripts import told

pytestmark = pytest.mark.long

HTTP_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nX-App: %s\r\n\r\n"


class Stage:
    """One proxy at a time, with servers that are scripts: `a` and `b`, and an agent of each."""

    def __init__(self, both):
        self.both = both
        host = both.solo.apps[0].host
        self.address = host.address
        self.log = SyslogServer(both.solo.client, 5540)
        self.servers = {name: ScriptServer(host, port, [[None, HTTP_OK % name.encode()]])
                        for name, port in (("a", 3401), ("b", 3402))}
        self.agents = {name: ScriptServer(host, port, [[b"up\n"]])
                       for name, port in (("a", 3411), ("b", 3412))}

    def close(self):
        for each in (self.log, *self.servers.values(), *self.agents.values()):
            each.close()

    def reset(self):
        for name in "ab":
            self.servers[name].set([None, HTTP_OK % name.encode()])
            self.agents[name].set([b"up\n"])
        self.log.lines()

    def configuration(self, backend, a="", b="", top=""):
        def options(text):
            return text.format(agent_a=f"agent-check agent-port 3411 agent-addr {self.address} "
                                       "agent-inter 100ms",
                               check="check inter 100ms fall 1 rise 1")
        text = self.both.solo.configuration("", apps=[]).split("\nbackend app")[0]
        text = text.replace("global\n", "global\n    nbthread 1\n", 1)
        lines = "".join(f"    {line.strip()}\n" for line in backend.splitlines())
        return (f"{text}\nbackend app\n    log {SYSLOG}:5540 local3\n    balance roundrobin\n"
                f"{lines}    server a {self.address}:3401 {options(a)}\n"
                f"    server b {self.address}:3402 {options(b)}\n{top}")

    def who(self, count=4):
        """Which servers answer, and with which status none does."""
        seen = []
        for _ in range(count):
            response = self.both.solo.get("/")
            seen.append(response.header("X-App") or str(response.status))
        return "".join(sorted(set(seen)))

    def until(self, wanted, timeout_s=4):
        end = time.monotonic() + timeout_s
        while self.who() != wanted and time.monotonic() < end:
            time.sleep(0.05)
        return self.who()

    def told(self):
        return [told(line) for line in self.log.lines()]

    def equal(self, text, story):
        results = []
        for kind in KINDS:
            self.reset()
            with self.both.solo.proxy(text, kind):
                results.append(story())
        assert results[1] == results[0]
        return results[0]


@pytest.fixture(scope="module")
def stage(both):
    made = Stage(both)
    yield made
    made.close()


def agent_says(stage, *lines):
    """For each line: who answers then."""
    def story():
        seen = [stage.until("ab")]
        for line, wanted in lines:
            stage.agents["a"].set([line])
            seen.append((line, stage.until(wanted)))
        return seen, stage.told()
    return story


AGENT = {
    "down and up": [(b"down\n", "b"), (b"up\n", "ab")],
    "fail with a reason": [(b"fail # disk is full\n", "b"), (b"up\n", "ab")],
    "stopped": [(b"stopped\r\n", "b"), (b"UP\n", "ab")],
    "weight": [(b"0%\n", "b"), (b"100%\n", "ab")],
    "several words": [(b"down 50%, ready\n", "b"), (b"ready,up 100%\n", "ab")],
    "drain": [(b"drain\n", "b"), (b"ready\n", "ab")],
    "the last word counts": [(b"up down\n", "b"), (b"down up\n", "ab")],
    "unknown word": [(b"down sideways\n", "b"), (b"up sideways\n", "ab")],
}


@pytest.mark.parametrize("name", AGENT)
def test_agent(stage, name):
    text = stage.configuration("", a="{agent_a}")
    story = agent_says(stage, *AGENT[name])

    def health_alone():
        """HAProxy has lines for administrative changes too."""
        seen, lines = story()
        return seen, [line for line in lines if "agent" in line]
    seen, _ = stage.equal(text, health_alone)
    assert [who for _, who in seen[1:]] == [wanted for _, wanted in AGENT[name]]


def test_agent_beside_a_check(stage):
    """Both have to be content."""
    def story():
        seen = [stage.until("ab")]
        stage.agents["a"].set([b"down\n"])
        seen.append(stage.until("b"))
        stage.servers["a"].set([None])
        time.sleep(0.3)
        stage.agents["a"].set([b"up\n"])
        time.sleep(0.3)
        seen.append(stage.who())
        stage.servers["a"].set([None, HTTP_OK % b"a"])
        seen.append(stage.until("ab"))
        return seen
    text = stage.configuration("option httpchk", a="{check} {agent_a}")
    assert stage.equal(text, story) == ["ab", "b", "b", "ab"]


def test_agent_that_is_away_changes_nothing(stage):
    text = stage.configuration("", a=f"agent-check agent-port 9 agent-addr {stage.address} "
                                     "agent-inter 100ms")

    def story():
        time.sleep(0.4)
        return stage.who(), stage.told()
    assert stage.equal(text, story)[0] == "ab"


def test_agent_send(stage):
    def story():
        stage.agents["a"].set([None, b"down\n"])
        stage.agents["a"].received.clear()
        stage.until("b")
        return stage.agents["a"].received[0]
    text = stage.configuration("", a="{agent_a} agent-send app/a\\n")
    assert stage.equal(text, story) == b"app/a\n"


def test_agent_log_health_checks(stage):
    text = stage.configuration("option log-health-checks", a="{agent_a}")
    stage.equal(text, agent_says(stage, (b"down\n", "b"), (b"up\n", "ab")))


def test_track(stage):
    text = stage.configuration("option httpchk", a="{check}", b="track a")

    def story():
        seen = [stage.until("ab")]
        stage.servers["a"].set([None])
        seen.append(stage.until("503"))
        stage.servers["a"].set([None, HTTP_OK % b"a"])
        seen.append(stage.until("ab"))
        return seen, sorted(stage.told())
    assert stage.equal(text, story)[0] == ["ab", "503", "ab"]


def test_track_of_another_backend_in_a_chain(stage):
    top = (f"\nbackend watched\n    option httpchk\n"
           f"    server x {stage.address}:3401 check inter 100ms fall 1 rise 1\n"
           f"    server y {stage.address}:3402 track x\n")
    text = stage.configuration("", b="track watched/y", top=top)

    def story():
        seen = [stage.until("ab")]
        stage.servers["a"].set([None, b"HTTP/1.1 500 No\r\nX-App: a\r\nContent-Length: 0\r\n\r\n"])
        seen.append(stage.until("a"))
        return seen
    assert stage.equal(text, story) == ["ab", "a"]


def test_disable_on_404(stage):
    """A server that answers 404 gets no new clients, but keeps those with its cookie."""
    gone = b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\nX-App: a\r\n\r\n"
    text = stage.configuration("option httpchk\nhttp-check disable-on-404\ncookie S insert",
                               a="{check} cookie a", b="cookie b")

    def story():
        seen = [stage.until("ab")]
        stage.servers["a"].set([None, gone])
        seen.append(stage.until("b"))
        seen.append(stage.both.solo.get("/", "Cookie: S=a").header("X-App"))
        stage.servers["a"].set([None])
        time.sleep(0.3)
        seen.append(stage.both.solo.get("/", "Cookie: S=a").header("X-App"))
        stage.servers["a"].set([None, gone])
        time.sleep(0.3)
        seen.append(stage.who())
        return seen, stage.told()
    assert stage.equal(text, story)[0] == ["ab", "b", "a", "b", "b"]


OBSERVE = {
    "layer4": "observe layer4",
    "layer7": "observe layer7",
    "layer7 mark-down": "observe layer7 error-limit 3 on-error mark-down",
    "layer7 fail-check": "observe layer7 error-limit 3 on-error fail-check",
    "layer7 sudden-death": "observe layer7 error-limit 3 on-error sudden-death",
    "layer7 fastinter": "observe layer7 error-limit 3 on-error fastinter fastinter 10s",
    "layer4 mark-down": "observe layer4 error-limit 3 on-error mark-down",
}
FAULTS = {"status": [None, b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
          "junk": [None, b"junk\r\n\r\n"], "close": [None]}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", OBSERVE)
def test_observe(stage, name, fault):
    """`a` goes wrong for clients while its check, on another port, goes well."""
    text = stage.configuration("", a=f"check port 3411 inter 10s fall 3 {OBSERVE[name]}",
                               b="weight 1")

    def story():
        seen = [stage.until("ab")]
        stage.servers["a"].set(FAULTS[fault])
        for _ in range(24):
            stage.both.solo.get("/")
        time.sleep(0.1)
        before = stage.servers["a"].connections
        stage.who()
        seen.append(stage.servers["a"].connections > before)
        return seen, stage.told()
    stage.equal(text, story)


def test_observe_of_connects(stage):
    """A connection that is refused counts at once, and the log tells it."""
    text = stage.configuration(
        "option redispatch 1", b="weight 1",
        a="check port 3411 inter 10s fall 3 observe layer4 error-limit 2 on-error mark-down"
    ).replace(f"{stage.address}:3401", f"{stage.address}:9")

    def story():
        for _ in range(8):
            stage.both.solo.get("/")
        time.sleep(0.1)
        return stage.who(), stage.told()
    assert stage.equal(text, story)[0] == "b"


def echoes(tunnel):
    try:
        tunnel.send(b"still there")
        return tunnel.receive() is not None
    except (OSError, EOFError):
        return False


@pytest.mark.parametrize("option", ["", "on-marked-down shutdown-sessions"])
def test_on_marked_down(stage, option):
    """Tunnels to a server that goes down go on, unless they are to end."""
    app = stage.both.solo.apps[0]
    text = stage.configuration("option httpchk", a="{check} port 3411 " + option, b="backup")
    text = text.replace(f"{stage.address}:3401", app.endpoint)
    fine = [None, HTTP_OK % b"a"]

    def story():
        stage.agents["a"].set(fine)
        time.sleep(0.2)
        tunnel = stage.both.solo.websocket()
        stage.agents["a"].set([None])
        time.sleep(0.5)
        alive = echoes(tunnel)
        tunnel.close()
        return alive
    assert stage.equal(text, story) == (not option)


def test_server_port_and_addr_of_checks(stage):
    text = stage.configuration("option httpchk", a="{check} port 3412", b="{check} addr 127.0.0.1")
    # b's check goes to the proxy's own host, where nothing listens.
    stage.equal(text, lambda: (stage.until("a"), sorted(stage.told())))
