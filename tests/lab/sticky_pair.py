"""A pair of hosts whose stick table outlives both: what sticky tests, bench and chaos have in
common."""
from .clock import wait_until
from .configuration import DEFAULTS, VIP
from .pair import WslbPair
from .stats_socket import Operator

SECRET = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n"


def sticky_sections(apps, expire="60s", tunnel="1h", bind=VIP):
    servers = "\n".join(f"    server {app.name} {app.endpoint}" for app in apps)
    stats = "global\n    stats socket @STATS@ level admin"
    defaults = DEFAULTS.replace("global", stats, 1)
    defaults = defaults.replace("timeout tunnel 1h", f"timeout tunnel {tunnel}")
    return f"""{defaults}
peers lab
    peer lb1 10.77.0.11:10000
    peer lb2 10.77.0.12:10000

frontend web
    bind {bind}:80
    default_backend app

backend app
    balance roundrobin
    stick-table type string len 32 size 100k expire {expire} peers lab
    stick on url_param(room)
{servers}
"""


class SamePair(WslbPair):
    """With sticky tables, and the same file on both hosts, as it should be."""

    def __init__(self, network, apps, cluster_extra="", **options):
        secret = network.directory / "cluster.key"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        text = sticky_sections(apps, **options).replace("    stats socket @STATS@ level admin", "")
        super().__init__(network, apps, text, secret_file=secret, cluster_extra=cluster_extra)

    def start(self):
        active = super().start()
        self.wait_connected()
        return active

    def wait_connected(self):
        wait_until(lambda: all(wslb.status()["peers"][0]["in_step"] for wslb in self.wslb.values()),
                   10, "the agents connected")


class StickyPair(WslbPair):
    def __init__(self, network, apps, **options):
        secret = network.directory / "cluster.key"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        super().__init__(network, apps, sticky_sections(apps, **options), secret_file=secret)

    def start(self):
        for host, wslb in self.wslb.items():
            socket = self.socket_of(host)
            wslb.file.write_text(wslb.file.read_text().replace("@STATS@", str(socket)))
        active = super().start()
        self.wait_connected()
        return active

    def wait_connected(self):
        wait_until(lambda: all(self.peer_of(host)["state"] == "connected" for host in self.hosts),
                   10, "the agents connected")

    @staticmethod
    def socket_of(host):
        return host.directory / "stats.sock"

    def peer_of(self, host):
        return self[host].status()["peers"][0]

    def table(self, host):
        """{key: line} of the backend's table in that host's proxy."""
        shown = Operator(self.socket_of(host)).ask("show table app")
        return {line.split("key=")[1].split()[0]: line for line in shown.splitlines()
                if "key=" in line}

    def homes(self, host):
        """{key: server} of the same."""
        return {key: line.split("server_key=")[1].split()[0]
                for key, line in self.table(host).items() if "server_key=" in line}
