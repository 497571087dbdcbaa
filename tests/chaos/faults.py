"""What befalls a pair of hosts, by lot."""
import collections

from tests.lab.clock import now_ms

PEER_PORT = 8405
CUT = """table inet {table} {{
  chain in {{ type filter hook input priority 0; {inward} }}
  chain out {{ type filter hook output priority 0; {outward} }}
}}
"""
PEER_LINK = f"tcp sport {PEER_PORT} drop; tcp dport {PEER_PORT} drop;"
# Name of the method, how often, and for how many seconds at least and at most.
FAULTS = [
    ("kill_proxy", 4, 0, 0),
    ("kill_agent", 4, 0, 0),
    ("kill_both_agents", 2, 0, 0),
    ("kill_host", 2, 0, 0),
    ("cut_peer_link", 3, 0.2, 4),
    ("cut_all_but_vrrp", 2, 0.2, 4),
    ("freeze_agent", 3, 0.1, 3),
    ("freeze_proxy", 2, 0.1, 2),
    ("fail_over", 2, 0, 0),
]


class Faults:
    def __init__(self, pair, supervisor, step, lot):
        self.pair, self.supervisor, self.step, self.lot = pair, supervisor, step, lot
        self.counts = collections.Counter()
        self.history = []  # (when, what), their cures too
        self._cures = []  # (when, what to do)
        self._tables = 0

    @property
    def in_force(self):
        return bool(self._cures)

    def strike(self):
        name, _, least, most = self.lot.choices(FAULTS, [fault[1] for fault in FAULTS])[0]
        host = self.lot.choice(self.pair.hosts)
        # An operator's command moves the VIP and takes nobody's memory.
        if name != "fail_over":
            self.step.disturb()
        self.counts[name.replace("_", " ")] += 1
        self.history.append((now_ms(), f"{name} {host.name}"))
        cure = getattr(self, f"_{name}")(host)
        if cure:
            until = now_ms() + 1000 * self.lot.uniform(least, most)
            self._cures.append((until, cure, f"{name} {host.name} ends"))

    def cure(self, everything=False):
        """Ends what has lasted long enough."""
        due = [one for one in self._cures if everything or now_ms() >= one[0]]
        for one in due:
            self._cures.remove(one)
            one[1]()
            self.history.append((now_ms(), one[2]))

    def story(self, begin, end):
        """What happened meanwhile, relative to the begin."""
        return "; ".join(f"{at - begin:+.0f} ms {what}" for at, what in self.history
                         if begin - 5000 <= at <= end)

    def _kill_proxy(self, host):
        self.supervisor.kill((host, "proxy"))

    def _kill_agent(self, host):
        self.supervisor.kill((host, "agent"))

    def _kill_both_agents(self, _):
        self.supervisor.kill(*((host, "agent") for host in self.pair.hosts))

    def _kill_host(self, host):
        self.supervisor.kill((host, "agent"), (host, "proxy"))

    def _fail_over(self, host):
        self.pair[host].ctl("failover", check=False)

    def _freeze_agent(self, host):
        return self.supervisor.freeze(host, "agent")

    def _freeze_proxy(self, host):
        return self.supervisor.freeze(host, "proxy")

    def _cut_peer_link(self, host):
        return self._cut(host, PEER_LINK, PEER_LINK)

    def _cut_all_but_vrrp(self, host):
        other = self.pair.other(host).address
        return self._cut(host, f"ip saddr {other} meta l4proto != 112 drop;",
                         f"ip daddr {other} meta l4proto != 112 drop;")

    def _cut(self, host, inward, outward):
        self._tables += 1
        table = f"cut{self._tables}"
        host.run("nft", "-f", "-", input=CUT.format(table=table, inward=inward, outward=outward))
        return lambda: host.run("nft", "delete", "table", "inet", table)
