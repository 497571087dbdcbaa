"""HAProxy 2.6 with stick tables, and a peer of ours that is driven by hand."""
import json
import os
import queue
import subprocess
import threading

from tests.lab.clock import wait_until
from tests.lab.http_client import HttpClient
from tests.lab.stats_socket import Operator
from tests.lab.wslb import SANITIZERS, binary

PORT = 1024
HAPROXY = "/usr/sbin/haproxy"


class HaproxyPeer:
    """Its backend `bk` has the servers s1 and s2 and whatever lines the test wants."""

    def __init__(self, host, servers, us="wslb", us_at="10.77.0.11", name="hap"):
        self.host, self.servers, self.name = host, servers, name
        self.peers = {name: f"{host.address}:{PORT}", us: f"{us_at}:{PORT}"}
        self.file = host.directory / "haproxy.cfg"
        self.socket = host.directory / "haproxy.sock"
        self.operator = Operator(self.socket)
        self.process = None

    def configure(self, table, rules="stick on url_param(room)", top="", tables="", peers=None):
        addresses = self.peers if peers is None else peers
        section = "".join(f"    peer {name} {address}\n" for name, address in addresses.items())
        servers = "".join(f"    server s{n} {app.endpoint}\n"
                          for n, app in enumerate(self.servers, 1))
        stick = f"    stick-table {table} peers lab\n" if table else ""
        self.file.write_text(f"""global
    localpeer {self.name}
    stats socket {self.socket} level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
peers lab
{section}{tables}
frontend fe
    bind {self.host.address}:80
{top}    default_backend bk
backend bk
    balance roundrobin
{stick}    {rules}
{servers}""")

    def start(self):
        self.process = self.host.spawn(HAPROXY, "-W", "-db", "-f", self.file)
        self.host.wait_listening(80)

    def restart(self):
        self.process.kill()
        wait_until(lambda: not self.host.run("ss", "-Hltn", "sport = :80").stdout, 5, "it ends")
        self.start()

    def reload(self):
        """A new worker; the old one hands its tables over and goes."""
        self.process.signal(12)

    def ask(self, path):
        with self.host.inside():
            client = HttpClient(self.host.address)
        try:
            return client.get(path).body.decode().split()[0]
        finally:
            client.socket.close()

    def table(self, name="bk"):
        """{key: {"exp": "12", "server_key": "s1", ...}}"""
        entries = {}
        for line in self.operator.ask(f"show table {name}").splitlines():
            if line.startswith("0x"):
                words = dict(word.partition("=")[::2] for word in line.split()[1:])
                entries[words.pop("key")] = words
        return entries


class StickyPeer:
    def __init__(self, host, peer_at, name="wslb", peer="hap"):
        self.host = host
        self.arguments = [binary("sticky_peer"), name, f"{host.address}:{PORT}", peer,
                          f"{peer_at}:{PORT}"]
        self.entries = {}   # (table, key) -> what was told last
        self.told = []      # all there was, in order
        self.process = None

    def start(self):
        self.process = self.host.spawn(*self.arguments, name="sticky_peer", pipes=True,
                                       environment={**os.environ, **SANITIZERS})
        self._figures = queue.Queue()
        threading.Thread(target=self._read, args=(self.process.popen.stdout,),
                         daemon=True).start()

    def _read(self, lines):
        for line in lines:
            said = json.loads(line)
            if "peer" in said:
                self._figures.put(said)
                continue
            said["text"] = bytes.fromhex(said["key"]).decode("latin-1")
            self.told.append(said)
            self.entries[said["table"], said["text"]] = said

    def say(self, *words):
        self.process.popen.stdin.write((" ".join(map(str, words)) + "\n").encode())
        self.process.popen.stdin.flush()

    def put(self, table, key, server, expires_ms=60000, *data):
        self.say("put", table, (key if isinstance(key, bytes) else key.encode()).hex(), server,
                 expires_ms, *data)

    def figures(self):
        self.say("figures")
        return self._figures.get(timeout=5)

    def wait_connected(self, timeout_s=8):
        wait_until(lambda: self.figures()["connected"], timeout_s, "the peers are connected", 0.05)

    def wait_told(self, key, table="bk", timeout_s=5):
        return wait_until(lambda: self.entries.get((table, key)), timeout_s,
                          f"an entry {key} from HAProxy")

    def stop(self):
        self.process.popen.stdin.close()
        try:
            return self.process.popen.wait(5)
        except subprocess.TimeoutExpired:
            self.process.dispose()
            return "hangs"
