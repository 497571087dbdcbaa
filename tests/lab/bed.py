"""The bed that every scenario lies in: a network, two apps, a pair, a prober and a watcher."""
from .app import App
from .configuration import VIP
from .network import Network
from .prober import INTERVAL_MS, Prober
from .watcher import Watcher


class Bed:
    """`make_pair(network, apps)` makes the pair; `with Bed(WslbPair) as bed:` has it running."""

    def __init__(self, make_pair, probe=True, keep_logs=False, watch=True):
        self.network = Network(keep_logs)
        self.watcher = self.prober = None
        try:
            self.apps = [App(self.network.add_host(f"app{n}", f"10.77.0.2{n}"), f"app{n}")
                         for n in (1, 2)]
            self.client = self.network.add_host("client", "10.77.0.31")
            self.observer = self.network.add_host("observer", "10.77.0.32")
            self.pair = make_pair(self.network, self.apps)
            if watch:
                self.watch()
            self.active = self.pair.start()
            if probe:
                self.probe()
        except BaseException:
            self.network.close()
            raise

    def watch(self):
        """Who owns the VIP is recorded from now on."""
        names = {host.mac(): host.name for host in self.pair.hosts}
        self.watcher = Watcher(self.observer, VIP, names)

    def probe(self, interval_ms=INTERVAL_MS):
        """New connections are opened from now on."""
        self.prober = Prober(self.client, VIP, interval_ms=interval_ms)

    def dismiss_witnesses(self):
        """Nobody watches nor probes until watch() and probe()."""
        for witness in filter(None, (self.watcher, self.prober)):
            witness.stop()
            witness.process.log.unlink()
        self.watcher = self.prober = None

    def __enter__(self):
        self.network.__enter__()
        return self

    def __exit__(self, *_):
        self.network.close()
