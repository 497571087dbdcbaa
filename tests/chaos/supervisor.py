"""Starts again what has died, as systemd does by our units, and keeps a record of all deaths."""
from tests.lab.clock import now_ms

from .verdict import Death

RESTART_MS = {"agent": 100, "proxy": 10}  # RestartSec of the units
# A program that is younger may not have been given everything yet.
YOUNG_MS = 1500


class Supervisor:
    def __init__(self, pair):
        self.pair = pair
        self.deaths = []
        self.unexpected = []
        self._due = {}   # (host, kind): when it is to be started
        self._born = {}
        self._frozen = {}  # since when

    def process(self, host, kind):
        return getattr(self.pair[host], kind)

    def kill(self, *programs):
        """Of the form (host, kind); all of them at once."""
        alive = [one for one in programs if self.process(*one).alive]
        for host, kind in alive:
            self._record(host, kind, alive)
            self.process(host, kind).freeze()
        for host, kind in alive:
            self.process(host, kind).kill()
            self._due[host, kind] = now_ms() + RESTART_MS[kind]

    def freeze(self, host, kind):
        """Returns what ends it."""
        process = self.process(host, kind)
        self._frozen.setdefault((host, kind), now_ms())
        process.freeze()

        def thaw():
            if self.process(host, kind) is process:
                self._frozen.pop((host, kind), None)
            process.thaw()
        return thaw

    def look(self):
        """Starts what is due; notices what has died by itself."""
        for host in self.pair.hosts:
            for kind in RESTART_MS:
                if self.process(host, kind).alive:
                    continue
                if (host, kind) not in self._due:
                    code = self.process(host, kind).popen.returncode
                    self.unexpected.append(f"{host.name}/{kind} ended by itself with {code}")
                    self._record(host, kind, [(host, kind)])
                    self._due[host, kind] = now_ms() + RESTART_MS[kind]
                if now_ms() >= self._due[host, kind]:
                    del self._due[host, kind]
                    getattr(self.pair[host], f"start_{kind}")()
                    self._born[host, kind] = now_ms()

    @property
    def complete(self):
        return not self._due

    def _record(self, host, kind, dying):
        other = "proxy" if kind == "agent" else "agent"
        young = now_ms() - self._born.get((host, other), -YOUNG_MS) < YOUNG_MS
        silent = self._frozen.pop((host, kind), 0)
        # What a proxy had told a stopped agent before it died itself, nobody has read.
        unread = kind == "agent" and silent and any(
            (death.address, death.kind) == (host.address, "proxy") and death.at > silent
            for death in self.deaths)
        at_once = (host, other) in dying
        both = at_once or not self.process(host, other).alive or young or unread
        written = at_once and not young and not unread and (host, "agent") not in self._frozen
        self.deaths.append(Death(now_ms(), host.address, bool(both), kind, silent, written))
