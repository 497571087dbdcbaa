"""A pair of ours and a host with Debian's HAProxy on its own: three peers of one stick table."""
from tests.lab.configuration import DEFAULTS, VIP
from tests.lab.pair import WslbPair
from tests.lab.stats_socket import Operator

THIRD = "10.77.0.13"
NEW_LINE = "\n    "

PEERS = f"""
peers lab
    peer lb1 10.77.0.11:10000
    peer lb2 10.77.0.12:10000
    peer old {THIRD}:10000
"""


def text(apps, bind, stats):
    servers = "\n".join(f"    server {app.name} {app.endpoint}" for app in apps)
    line = f"stats socket {stats} level admin{NEW_LINE}maxconn"
    return f"""{DEFAULTS.replace("maxconn", line, 1)}
{PEERS}
frontend web
    bind {bind}:80
    default_backend app

backend app
    balance roundrobin
    stick-table type string len 32 size 10k expire 60s peers lab
    stick on url_param(room)
{servers}
"""


class Trio(WslbPair):
    """A pair, and a host with HAProxy on its own that shares their table."""

    def __init__(self, network, apps):
        super().__init__(network, apps, text(apps, VIP, "@STATS@"))
        self.old = network.add_host("old", THIRD)
        self.apps = apps

    def start(self):
        for host, wslb in self.wslb.items():
            stats = str(host.directory / "stats.sock")
            wslb.file.write_text(wslb.file.read_text().replace("@STATS@", stats))
        active = super().start()
        file = self.old.directory / "haproxy.cfg"
        file.write_text(text(self.apps, THIRD, self.old.directory / "stats.sock"))
        self.haproxy = self.old.spawn("/usr/sbin/haproxy", "-W", "-db", "-L", "old", "-f", file,
                                      name="haproxy")
        self.old.wait_listening(80)
        return active

    @staticmethod
    def table(host):
        shown = Operator(host.directory / "stats.sock").ask("show table app")
        return {line.split("key=")[1].split()[0] for line in shown.splitlines() if "key=" in line}
