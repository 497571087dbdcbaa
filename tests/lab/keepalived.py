"""The pair that wslb is compared with: Keepalived and HAProxy of Debian, set up for speed."""
import re
import shutil

from .clock import now_ms
from .configuration import keepalived, proxy_section
from .pair import Pair
from .process import Process

HAPROXY, KEEPALIVED = "/usr/sbin/haproxy", "/usr/sbin/keepalived"
PRIORITIES = {"lb1": 200, "lb2": 199}  # wslb's defaults


class Daemons:
    """Keepalived and HAProxy of one host.

    Keepalived notices a dead HAProxy by `track_process`: kernel events, its fastest way. The
    kernel sends them to sockets of the first network namespace only; Keepalived therefore starts
    there and enters its host by itself (`net_namespace`). Each host runs HAProxy under a name of
    its own (15 letters at most count), since all labs' hosts share the process table.
    """

    def __init__(self, host, apps, advert_ms, track):
        self.host = host
        host.run("sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1")
        self.program = host.directory / f"h{host.namespace.removeprefix('lab')}"[:15]
        shutil.copy(HAPROXY, self.program)
        (host.directory / "haproxy.cfg").write_text(proxy_section(apps))
        (host.directory / "keepalived.conf").write_text(
            keepalived(host, PRIORITIES[host.name], self.program.name, track,
                       advert_ms=advert_ms))
        self.haproxy = self.keepalived = None
        self._log_start = 0

    def start(self):
        if not self.proxy_runs:
            self.haproxy = self.host.spawn(self.program, "-db", "-f",
                                           self.host.directory / "haproxy.cfg")
            self.host.wait_listening(80)
        if not self.agent_runs:
            for name in ("keepalived.pid", "vrrp.pid"):  # a killed one's, which a reboot clears
                (self.host.directory / name).unlink(missing_ok=True)
            log = self.host.directory / "keepalived.log"
            self._log_start = log.stat().st_size if log.exists() else 0
            self.keepalived = Process(
                f"{self.host.name}/keepalived",
                [KEEPALIVED, "-nlPD", "-f", self.host.directory / "keepalived.conf",
                 "-p", self.host.directory / "keepalived.pid",
                 "-r", self.host.directory / "vrrp.pid"], log)
            self.host.processes.append(self.keepalived)

    @property
    def agent_runs(self):
        return self.keepalived is not None and self.keepalived.alive

    @property
    def proxy_runs(self):
        return self.haproxy is not None and self.haproxy.alive

    def state(self):
        """MASTER, BACKUP or FAULT, as Keepalived's log last said."""
        if not self.agent_runs:
            return "stopped"
        text = self.keepalived.log.read_bytes()[self._log_start:].decode(errors="replace")
        states = re.findall(r"[Ee]ntering (\w+) STATE", text)
        return states[-1] if states else "starting"


class KeepalivedPair(Pair):
    kind = "keepalived"

    def __init__(self, network, apps, advert_ms=100, track="process"):
        """`track`: how a dead HAProxy is noticed, see configuration.keepalived()."""
        super().__init__(network)
        self.daemons = {host: Daemons(host, apps, advert_ms, track) for host in self.hosts}

    def start(self):
        for daemons in self.daemons.values():
            daemons.start()
        return self.wait_settled()

    def settled(self):
        states = [daemons.state() for daemons in self.daemons.values()]
        if sorted(states) != ["BACKUP", "MASTER"]:
            return None
        active = self.hosts[states.index("MASTER")]
        return active if self.owners() == [active] else None

    def stop_cleanly(self, host):
        fault = now_ms()
        self.daemons[host].keepalived.stop()
        return fault

    def fail_over(self, host):
        """Keepalived has no such command; its manual's way with `nopreempt` is to stop it."""
        return self.stop_cleanly(host)

    def kill_proxy(self, host):
        fault = now_ms()
        self.daemons[host].haproxy.kill()
        return fault

    def restore(self, host):
        daemons = self.daemons[host]
        if not daemons.agent_runs and not daemons.proxy_runs:
            host.power_on()
        daemons.start()
        return self.wait_settled()

    def stop(self):
        """Returns what was wrong about it: nothing that we would answer for."""
        for daemons in self.daemons.values():
            for process in (daemons.keepalived, daemons.haproxy):
                if process and process.alive:
                    process.stop(timeout_s=10)
        return []
