"""A pair of hosts that share a VIP. Two kinds with one interface: wslb, and Keepalived + HAProxy.

Faults are injected by power_off(), stop_cleanly(), fail_over() and kill_proxy(); each returns the
time (ms, monotonic) just before it acted. restore() makes the pair whole again.
"""
from .clock import now_ms, wait_until
from .configuration import VIP, cluster_section, proxy_section
from .wslb import Wslb


class Pair:
    """What both kinds have in common: `hosts`, who owns the VIP by looking at the interfaces."""

    kind = ""
    addresses = {"lb1": "10.77.0.11", "lb2": "10.77.0.12"}

    def __init__(self, network):
        self.network = network
        self.hosts = [network.add_host(name, address) for name, address in self.addresses.items()]

    def owners(self):
        return [host for host in self.hosts if host.has(VIP)]

    def other(self, host):
        return next(one for one in self.hosts if one is not host)

    def settled(self):
        raise NotImplementedError

    def wait_settled(self, timeout_s=20):
        """Until one host is active with the VIP, the other one is backup, proxies up. -> active"""
        return wait_until(self.settled, timeout_s, f"{self.kind}: one active, one backup")

    def power_off(self, host):
        fault = now_ms()
        host.power_off()
        return fault


class WslbPair(Pair):
    kind = "wslb"

    def __init__(self, network, apps, proxies=None, **cluster):
        """`proxies`: text of HAProxy's sections; `cluster`: see configuration.cluster_section."""
        super().__init__(network)
        text = (proxies or proxy_section(apps)) + cluster_section(self.addresses.items(), **cluster)
        self.wslb = {host: Wslb(host, text) for host in self.hosts}

    def __getitem__(self, host):
        return self.wslb[host]

    def start(self):
        for wslb in self.wslb.values():
            wslb.start()
        return self.wait_settled()

    def states(self):
        """{"lb1": "active", "lb2": "backup"}"""
        return {host.name: self.wslb[host].vrrp() for host in self.hosts}

    def settled(self):
        states = [wslb.status() for wslb in self.wslb.values()]
        if not all(states) or any(status["proxy"]["state"] != "up" for status in states):
            return None
        if sorted(status["vrrp"][0]["state"] for status in states) != ["active", "backup"]:
            return None
        active = next(host for host, status in zip(self.hosts, states)
                      if status["vrrp"][0]["state"] == "active")
        return active if self.owners() == [active] else None

    def wait_active(self, host, timeout_s=10):
        """Until this host is active, whatever the other one is."""
        wait_until(lambda: self.wslb[host].vrrp() == "active", timeout_s, f"{host} is active")

    def stop_cleanly(self, host):
        fault = now_ms()
        code = self.wslb[host].agent.stop()
        assert code == 0, f"wslb-agent of {host.name} ended with {code}"
        return fault

    def fail_over(self, host):
        fault = now_ms()
        self.wslb[host].ctl("failover")
        return fault

    def kill_proxy(self, host):
        """For good: nobody starts it again."""
        fault = now_ms()
        self.wslb[host].proxy.kill()
        return fault

    def restore(self, host):
        """Everything that does not run on the host is started again, the pair settles."""
        if not self.wslb[host].agent_runs and not self.wslb[host].proxy_runs:
            host.power_on()
        self.wslb[host].start()
        return self.wait_settled()

    def stop(self):
        """A clean end of all that runs. Returns what was wrong about it."""
        wrong = []
        for host, wslb in self.wslb.items():
            for process in (wslb.proxy, wslb.agent):
                if process and process.alive:
                    process.thaw()
                    code = process.stop(timeout_s=10)
                    if code != 0:
                        wrong.append(f"{process.name} ended with {code}")
            wrong += [f"{host.name}/{line}" for line in wslb.confessions()]
        return wrong
