#!/usr/bin/python3
"""Shows a pair of hosts that fails over: see the text below `HELLO`. Run by `./dev demo`."""
import argparse
import collections
import pathlib
import signal
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.lab import story  # noqa: E402
from tests.lab.chat import PATIENCE_MS, PING_MS, Chat, Crowd  # noqa: E402
from tests.lab.configuration import VIP  # noqa: E402
from tests.lab.network import Network  # noqa: E402
from tests.lab.pair import WslbPair  # noqa: E402
from tests.lab.prober import Prober  # noqa: E402
from tests.lab.watcher import GAP_MS, Watcher  # noqa: E402
from tests.lab.wslb import binary  # noqa: E402

CLIENTS = 50
HELLO = f"""\
wslb demo: two hosts share the address {VIP} (advert 100 ms, no preemption); behind them are two
socket.io servers with Redis. {CLIENTS} socket.io clients begin with HTTP polling, upgrade to
WebSocket and keep their cookies. A prober opens a new connection every 5 ms, a third host watches
ARP and adverts. All of it lives in network namespaces of this machine and leaves nothing behind."""
FAULTS = [  # method of WslbPair, title, first line of the time line
    ("kill_proxy", "The active proxy is killed for good", "SIGKILL to wslb-proxy"),
    ("power_off", "Power cut of the active host", "cable out, then SIGKILL to everything"),
    ("stop_cleanly", "The active agent is stopped cleanly", "SIGTERM to wslb-agent"),
    ("fail_over", "wslbctl failover", "the operator enters: wslbctl failover"),
]


class Ink:
    """Colour on a terminal, plain text elsewhere."""

    def __init__(self, terminal):
        self.terminal = terminal

    def _paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.terminal else text

    def title(self, text):
        return self._paint("1;36", text)

    def dim(self, text):
        return self._paint("2", text)

    def verdict(self, good, text):
        return self._paint("32" if good else "1;31", text)


class Demo:
    def __init__(self, network):
        self.ink = Ink(sys.stdout.isatty())
        self.network = network
        self.problems = []
        self.rows = []
        self.chat = Chat([network.add_host(f"app{n}", f"10.77.0.2{n}") for n in (1, 2)])
        self.pair = WslbPair(network, self.chat.servers)
        self.client = network.add_host("client", "10.77.0.31")
        observer = network.add_host("observer", "10.77.0.32")
        self.watcher = Watcher(observer, VIP, {h.mac(): h.name for h in self.pair.hosts})
        self.pair.start()
        self.prober = Prober(self.client, VIP)
        self.crowd = Crowd(self.client, f"http://{VIP}", CLIENTS)

    def say(self, *lines):
        print(*lines, sep="\n", flush=True)

    def check(self, good, text):
        if not good:
            self.problems.append(text)
        return self.ink.verdict(good, text)

    def broadcast(self):
        """How many clients a broadcast reaches."""
        number = self.chat.broadcast()
        try:
            self.crowd.wait_received(number)
        except TimeoutError:
            pass
        return len(self.crowd.receivers(number))

    def begin(self):
        self.crowd.wait_all()
        homes = collections.Counter(self.crowd.connected().values())
        split = ", ".join(f"{number} on {name}" for name, number in sorted(homes.items()))
        self.say("", self.check(sum(homes.values()) == CLIENTS,
                                f"{sum(homes.values())} of {CLIENTS} clients are connected and "
                                f"upgraded: {split}"))
        self.show_status()

    def show_status(self):
        for host in self.pair.hosts:
            self.say("", self.ink.title(f"{host.name}$ wslbctl status"),
                     self.pair[host].ctl("status").stdout.rstrip())

    def fault(self, number, method, title, first):
        active = self.pair.wait_settled()
        self.prober.wait_steady()
        homes = self.crowd.connected()
        before = self.broadcast()
        fault = getattr(self.pair, method)(active)
        outage = self.prober.wait_outage(fault)
        self.crowd.wait_quiet(fault)
        self.crowd.wait_all()
        lost = self.crowd.interruptions(fault)
        double = self.watcher.double_ms(fault - 1000)
        until = max(outage.served_again or 0, fault + story.MERGE_MS)
        lines = [story.Line(fault, active.name, first),
                 *story.wire(self.watcher, self.pair.addresses, active, fault, until),
                 *story.agents(self.pair, fault, until),
                 *story.clients(outage, lost, CLIENTS, fault)]
        self.say("", self.ink.title(f"{number}. {title} ({active.name})"),
                 *story.tell(lines, fault))
        after = self.broadcast()
        now_home = self.crowd.connected()
        moved = sorted(c for c in homes if now_home.get(c) != homes[c])
        self.judge(title, active, outage, double, (before, after), moved)
        back = [ms for ms, _ in lost.values() if ms is not None]
        self.rows.append((title, outage.served_after, statistics.median(back) if back else 0.0,
                          max(back, default=0.0), double))
        self.pair.restore(active)

    def judge(self, title, old, outage, double, reached, moved):
        """One line of verdicts; the bad ones are the reasons of exit 1."""
        owners = self.watcher.owners()
        strays = self.chat.strays()
        takeover = outage.served_after + GAP_MS
        new = self.pair.other(old).name
        self.say("  " + self.ink.dim("·").join(f" {verdict} " for verdict in (
            self.check(len(self.crowd.connected()) == CLIENTS,
                       f"{len(self.crowd.connected())} of {CLIENTS} connected"),
            self.check(reached == (CLIENTS, CLIENTS),
                       f"broadcast reached {reached[0]} before, {reached[1]} after"),
            self.check(not moved and not strays, "each stayed on its backend"
                       if not (moved or strays) else
                       f"{title}: moved {moved}, requests on two backends {strays}"),
            self.check(owners == {new}, f"owner {', '.join(sorted(owners)) or 'nobody'}"),
            self.check(double <= takeover, f"two owners for {double:.0f} ms"))).strip())

    def summarise(self):
        self.say("", self.ink.title("What the clients saw (ms after the fault)"),
                 f"  {'':<38}{'new connections':>16}{'connected clients':>26}{'two':>9}",
                 f"  {'':<38}{'served again':>16}{'back: median':>15}{'last':>11}{'owners':>9}")
        for title, served, median, last, double in self.rows:
            self.say(f"  {title:<38}{served:>16.0f}{median:>15.0f}{last:>11.0f}{double:>9.0f}")
        self.say(self.ink.dim(
            "  Until connections survive a failover, a client whose host died learns it by\n"
            f"  socket.io's ping, which here comes every {PING_MS} ms and is missed after\n"
            f"  {PATIENCE_MS} ms more (defaults: 25 s and 20 s), or when it sends something;\n"
            "  then it reconnects."))

    def stay(self):
        ctl = binary("wslbctl")
        self.say("", self.ink.title("The lab stays up until Ctrl-C. In another terminal:"))
        for host in self.pair.hosts:
            wslb = self.pair[host]
            self.say(f"  {host.name}:  {ctl} --run-dir {wslb.run_dir} status     "
                     "(or: failover, events -f)",
                     f"        kill -9 {wslb.proxy.pid}   # its proxy"
                     f"      kill -9 {wslb.agent.pid}   # its agent",
                     f"        ip -n {self.network.bridge} link set {host.cable} down"
                     "   # pull its cable; up: put it back",
                     f"        ip netns exec {host.namespace} bash   # a shell on it"
                     f"; logs: {host.directory}/*.log")
        self.say(f"  client:  ip netns exec {self.client.namespace} curl -si http://{VIP}/",
                 f"        tail -f {self.crowd.process.log}   # what happens to the {CLIENTS}")
        try:
            signal.pause()
        except KeyboardInterrupt:
            print()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stay", action="store_true", help="leave it up until Ctrl-C")
    options = parser.parse_args()
    print(HELLO, flush=True)
    problems = []
    try:
        with Network() as network:
            demo = Demo(network)
            problems = demo.problems
            demo.begin()
            for number, (method, title, first) in enumerate(FAULTS, 1):
                demo.fault(number, method, title, first)
            demo.summarise()
            if options.stay:
                demo.stay()
            problems += demo.pair.stop()
    except (TimeoutError, RuntimeError, FileNotFoundError) as error:
        problems.append(str(error))
    except KeyboardInterrupt:
        return 130
    if problems:
        print("", "The demo failed:", *(f"  {problem}" for problem in problems), sep="\n")
        return 1
    print("", "All as it should be; everything is stopped and removed.", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
