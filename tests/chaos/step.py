"""When two hosts had the same sticky entries, and when not: by what their agents say."""
import re

from tests.lab.clock import now_ms

from .verdict import Window

STEADY_MS = 400  # figures are that old at most, and entries that far on their way to the proxy


class Step:
    def __init__(self, pair):
        self.pair = pair
        self.windows = []
        self.repaired = {}  # (host, pid of its agent): entries that its digests found different
        self._begin = self._good_since = None

    @property
    def disturbed(self):
        return self._begin is not None

    def disturb(self):
        """Call this before a fault."""
        self._begin = now_ms() if self._begin is None else self._begin
        self._good_since = None

    def look(self, quiet):
        """`quiet`: no fault is in force."""
        if self._begin is None:
            return
        if not quiet or not self._in_step():
            self._good_since = None
        elif self._good_since is None:
            self._good_since = now_ms()
        elif now_ms() - self._good_since > STEADY_MS:
            self.windows.append(Window(self._begin, now_ms()))
            self._begin = None

    def _in_step(self):
        return all([self._host_in_step(host) for host in self.pair.hosts])

    def _host_in_step(self, host):
        status = self.pair[host].status()
        if status is None or status["proxy"]["state"] != "up":
            return False
        peer = status["peers"][0]
        for alarm in peer["alarms"]:
            if found := re.match(r"(\d+) sticky entries differed", alarm):
                self.repaired[host.name, self.pair[host].agent.pid] = int(found.group(1))
        return peer["state"] == "connected" and peer["behind"] == 0
