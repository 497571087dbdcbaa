"""Our proxy and agent on one host, HAProxy on another, one `peers` section: a client finds its
server whichever of the two it reaches."""
import pytest

from tests.lab.app import App
from tests.lab.clock import now_ms, wait_until
from tests.lab.configuration import cluster_section
from tests.lab.http_client import HttpClient
from tests.lab.network import Network
from tests.lab.stats_socket import Operator
from tests.lab.websocket import WebSocket
from tests.lab.wslb import Wslb

from .haproxy_peer import PORT, HaproxyPeer

TABLE = "type string len 64 size 100k expire 60s"


class Beside:
    def __init__(self, table=TABLE):
        self.table = table
        self.network = Network()
        self.lb1 = self.network.add_host("lb1", "10.77.0.11")
        self.host = self.network.add_host("hap", "10.77.0.12")
        apps = self.network.add_host("apps", "10.77.0.21")
        self.servers = [App(apps, f"app{n}", 3000 + n) for n in (1, 2)]
        self.hap = HaproxyPeer(self.host, self.servers, us="lb1")
        self.wslb = Wslb(self.lb1, self.configuration())
        self.operator = Operator(self.lb1.directory / "stats.sock")

    def configuration(self):
        servers = "".join(f"    server s{n} {app.endpoint}\n"
                          for n, app in enumerate(self.servers, 1))
        return f"""global
    stats socket {self.lb1.directory}/stats.sock level admin
defaults
    mode http
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
peers lab
    peer lb1 {self.lb1.address}:{PORT}
    peer hap {self.host.address}:{PORT}
frontend fe
    bind {self.lb1.address}:80
    default_backend bk
backend bk
    balance roundrobin
    stick-table {self.table} peers lab
    stick on url_param(room)
{servers}""" + cluster_section([("lb1", self.lb1.address)])

    def start(self):
        self.hap.configure(self.table)
        self.hap.start()
        self.wslb.start()
        self.lb1.wait_listening(80)

    def ask(self, path):
        with self.lb1.inside():
            client = HttpClient(self.lb1.address)
        try:
            return client.get(path).body.decode().split()[0]
        finally:
            client.socket.close()

    def has(self, key):
        return f"key={key} " in self.operator.ask("show table bk")


@pytest.fixture
def beside(request):
    made = Beside(getattr(request, "param", TABLE))
    yield made
    try:
        wrong = made.wslb.confessions()
        if wrong or getattr(request.node, "failed", False):
            for log in sorted(made.network.directory.glob("*/*.log")):
                print(f"--- {log.parent.name}/{log.name}\n{log.read_text()[-4000:]}")
        assert not wrong
    finally:
        made.network.close()


def test_a_client_finds_its_server_through_either(beside):
    beside.start()
    homes = {}
    for n in range(6):
        homes[f"a{n}"] = beside.ask(f"/?room=a{n}")
        homes[f"b{n}"] = beside.hap.ask(f"/?room=b{n}")
    wait_until(lambda: all(f"a{n}" in beside.hap.table() for n in range(6)), 8, "ours there", 0.1)
    wait_until(lambda: all(beside.has(f"b{n}") for n in range(6)), 8, "theirs here", 0.1)
    for room, home in homes.items():
        assert beside.ask(f"/?room={room}") == home
        assert beside.hap.ask(f"/?room={room}") == home


def test_a_migration_from_haproxy_loses_no_session(beside):
    """HAProxy has served for a while when wslb comes, and then HAProxy is gone."""
    beside.hap.configure(TABLE)
    beside.hap.start()
    homes = {f"r{n}": beside.hap.ask(f"/?room=r{n}") for n in range(20)}
    beside.wslb.start()
    beside.lb1.wait_listening(80)
    wait_until(lambda: all(beside.has(room) for room in homes), 10, "all of them here", 0.1)
    beside.hap.process.kill()
    assert {room: beside.ask(f"/?room={room}") for room in homes} == homes


def test_a_restarted_haproxy_gets_back_what_the_agent_has(beside):
    beside.start()
    homes = {f"r{n}": beside.ask(f"/?room=r{n}") for n in range(6)}
    wait_until(lambda: homes.keys() <= beside.hap.table().keys(), 8, "ours there", 0.1)
    beside.hap.restart()
    wait_until(lambda: homes.keys() <= beside.hap.table().keys(), 12, "again", 0.1)
    assert {room: beside.hap.ask(f"/?room={room}") for room in homes} == homes


@pytest.mark.parametrize("beside", ["type string len 64 size 100k expire 3s"], indirect=True)
def test_an_open_websocket_holds_its_entry_in_haproxy_too(beside):
    beside.start()
    with beside.lb1.inside():
        tunnel = WebSocket(beside.lb1.address, 80, "/echo?room=held")
    wait_until(lambda: "held" in beside.hap.table(), 8, "it is there", 0.1)
    gone_at = now_ms() + 9000
    while now_ms() < gone_at:
        assert "held" in beside.hap.table()
        beside.lb1.run("sleep", "0.3")
    tunnel.close()
    wait_until(lambda: "held" not in beside.hap.table(), 8, "it expires", 0.1)
