"""Two hosts with wslb-agent and Debian's HAProxy as the proxy (`proxy external`)."""
from .clock import now_ms, wait_until
from .configuration import VIP, cluster_section, proxy_section
from .pair import Pair
from .wslb import Wslb

HAPROXY = "/usr/sbin/haproxy"
CHECK_PORT = 8099
CHECKED = f"""
frontend check
    bind 127.0.0.1:{CHECK_PORT}
    http-request return status 200
"""


class HaProxy:
    """HAProxy of one host: a daemon, or with `master` in master-worker mode (-W)."""

    def __init__(self, host, apps, master):
        self.host = host
        self.master = master
        self.file = host.directory / "haproxy.cfg"
        self.pid_file = host.directory / "haproxy.pid"
        self.file.write_text(proxy_section(apps) + CHECKED)
        host.run("sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1")

    def start(self, *arguments):
        mode = ["-W", "-D"] if self.master else ["-D"]
        # Not by Host.run(): the daemon would keep its pipes open.
        started = self.host.spawn(HAPROXY, *mode, "-f", self.file, "-p", self.pid_file, *arguments)
        assert started.wait(20) == 0, started.text()

    @property
    def pid(self):
        return int(self.pid_file.read_text())

    def workers(self, master=None):
        """Of a master, the newest last."""
        master = master or self.pid
        with open(f"/proc/{master}/task/{master}/children") as children:
            return [int(pid) for pid in children.read().split()]

    def reload(self):
        """Returns when the new process or worker serves."""
        if not self.master:
            before = wait_until(self._read_pid, 5, "the pid file is written")
            self.start("-sf", str(before))
            wait_until(lambda: self._read_pid() not in (None, before), 10, "a new pid is written")
            return
        master = self.pid  # it stays the same, but the file is written anew
        before = self.workers(master)[-1]
        self.signal(master, "USR2")
        wait_until(lambda: before not in (self.workers(master) or [before]), 10, "a new worker")
        wait_until(self._read_pid, 5, "the pid file is written")

    def _read_pid(self):
        try:
            return self.pid
        except (FileNotFoundError, ValueError):
            return None

    def signal(self, pid, name):
        self.host.run("kill", f"-{name}", str(pid))


class ExternalPair(Pair):
    kind = "wslb+haproxy"

    def __init__(self, network, apps, master=False, agents=True, inter_ms=200, **cluster):
        super().__init__(network)
        self.agents = agents
        self.haproxy, self.wslb = {}, {}
        for host in self.hosts:
            self.haproxy[host] = proxy = HaProxy(host, apps, master)
            external = (f"    proxy external pidfile {proxy.pid_file} "
                        f"check http://127.0.0.1:{CHECK_PORT}/up "
                        f"inter {inter_ms}ms fall 2\n")
            self.wslb[host] = Wslb(host, cluster_section(self.addresses.items(),
                                                         cluster_extra=external, **cluster))

    def __getitem__(self, host):
        return self.wslb[host]

    def start(self):
        for host in self.hosts:
            self.haproxy[host].start()
            if self.agents:
                self.wslb[host].start_agent()
        if self.agents:
            return self.wait_settled()
        host = self.hosts[0]
        host.run("ip", "addr", "add", f"{VIP}/24", "dev", "lan0")
        return host

    def settled(self):
        if not self.agents:
            return self.hosts[0]
        states = [self.wslb[host].status() for host in self.hosts]
        if not all(states) or any(status["proxy"]["state"] != "up" for status in states):
            return None
        if sorted(status["vrrp"][0]["state"] for status in states) != ["active", "backup"]:
            return None
        active = next(host for host, status in zip(self.hosts, states)
                      if status["vrrp"][0]["state"] == "active")
        return active if self.owners() == [active] else None

    def wait_state(self, host, state, timeout_s=10):
        wait_until(lambda: self.wslb[host].vrrp() == state, timeout_s, f"{host} is {state}")

    def hit(self, host, pid, signal):
        """Sends the signal to a process of HAProxy's. -> the time just before"""
        fault = now_ms()
        self.haproxy[host].signal(pid, signal)
        return fault

    def stop(self):
        wrong = []
        for host, wslb in self.wslb.items():
            if wslb.agent_runs:
                code = wslb.agent.stop(timeout_s=10)
                if code != 0:
                    wrong.append(f"{host.name}: wslb-agent ended with {code}")
            wrong += [f"{host.name}/{line}" for line in wslb.confessions()]
        return wrong
