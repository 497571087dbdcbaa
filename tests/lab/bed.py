"""The bed that every scenario lies in: a network, two apps, a pair, a prober and a watcher."""
from .app import App
from .configuration import VIP
from .network import Network
from .prober import Prober
from .watcher import Watcher


class Bed:
    """`make_pair(network, apps)` makes the pair; `with Bed(WslbPair) as bed:` has it running."""

    def __init__(self, make_pair, probe=True, keep_logs=False):
        self.network = Network(keep_logs)
        try:
            self.apps = [App(self.network.add_host(f"app{n}", f"10.77.0.2{n}"), f"app{n}")
                         for n in (1, 2)]
            self.client = self.network.add_host("client", "10.77.0.31")
            self.observer = self.network.add_host("observer", "10.77.0.32")
            self.pair = make_pair(self.network, self.apps)
            names = {host.mac(): host.name for host in self.pair.hosts}
            self.watcher = Watcher(self.observer, VIP, names)
            self.active = self.pair.start()
            self.prober = Prober(self.client, VIP) if probe else None
        except BaseException:
            self.network.close()
            raise

    def __enter__(self):
        self.network.__enter__()
        return self

    def __exit__(self, *_):
        self.network.close()
