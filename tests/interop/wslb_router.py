"""wslb as one router of a pair whose other one is somebody else's."""
from tests.lab.configuration import cluster_section, proxy_section
from tests.lab.wslb import Wslb

# The frontend is none of these tests' business: it listens where no VIP is.
PROXY = proxy_section([]).replace("bind 10.77.0.100:80", "bind 127.0.0.1:8080")


class WslbRouter:
    kind = "wslb"

    def __init__(self, host, peer, wire):
        self.host, self.peer, self.wire = host, peer, wire
        self.wslb = None

    def start(self, priority, peer_priority, preempt):
        wire = self.wire
        nodes = [(host.name, *wire.node_addresses(host)) for host in (self.host, self.peer)]
        text = PROXY + cluster_section(
            nodes, vips=[wire.vip_with_prefix], advert_ms=wire.advert_ms, version=wire.version,
            transport=wire.transport, preempt="on" if preempt else "off",
            priorities={self.host.name: priority, self.peer.name: peer_priority})
        if self.wslb is None:
            self.wslb = Wslb(self.host, text)
        self.wslb.file.write_text(text)
        self.wslb.start()

    def names(self):
        """By MAC, of what answers for the VIP."""
        return {self.host.mac(): self.host.name}

    def source(self):
        """Where its adverts come from."""
        return self.wire.source(self.host)

    def state(self):
        return self.wslb.vrrp() if self.wslb is not None else "stopped"

    def owns(self):
        return self.host.has(self.wire.vip)

    def stop(self):
        code = self.wslb.agent.stop()
        assert code == 0, f"wslb-agent ended with {code}"

    def kill(self):
        self.wslb.agent.kill()

    def clean_up_after_kill(self):
        """Nothing to do: the kernel drops the VIP when its lease has run out."""

    def end(self):
        """At the end of a test. Returns what was wrong about it."""
        wrong = []
        for process in filter(None, (self.wslb.agent, self.wslb.proxy) if self.wslb else ()):
            if process.alive:
                code = process.stop(timeout_s=10)
                wrong += [f"{process.name} ended with {code}"] if code != 0 else []
        return wrong + (self.wslb.confessions() if self.wslb else [])
