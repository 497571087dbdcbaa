"""A pair of hosts by the files of pairs/NAME, in two forms with one interface: Keepalived and
HAProxy, and wslb with what `wslbctl import` makes of the same files."""
import pathlib
import re
import shutil
import subprocess

from tests.lab.app import App
from tests.lab.clock import wait_until
from tests.lab.http_client import HttpClient
from tests.lab.keepalived import HAPROXY, KEEPALIVED
from tests.lab.network import Network
from tests.lab.process import Process
from tests.lab.wslb import Wslb, binary

PAIRS = pathlib.Path(__file__).parent / "pairs"
NAMES = ("lb1", "lb2")
VIPS = ("10.77.0.100", "10.77.0.101")
HANDSHAKE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


def import_arguments(name):
    """One file of both hosts, or one of each."""
    folder = PAIRS / name
    shared = folder / "keepalived.conf"
    if shared.exists():
        return [shared, folder / "haproxy.cfg"]
    files = [word for host in NAMES for word in ("--node", f"{host}={folder / host}.conf")]
    addresses = [word for n, host in enumerate(NAMES, 1)
                 for word in ("--address", f"{host}=10.77.0.1{n}")]
    return [*files, *addresses, folder / "haproxy.cfg"]


class ImportedPair:
    def __init__(self, name):
        self.name = name
        self.folder = PAIRS / name
        self.network = Network()
        try:
            self.hosts = {host: self.network.add_host(host, f"10.77.0.1{n}")
                          for n, host in enumerate(NAMES, 1)}
            self.client = self.network.add_host("client", "10.77.0.31")
            self.apps = [App(self.network.add_host(f"app{n}", f"10.77.0.2{n}"), f"app{n}")
                         for n in (1, 2)]
            self.vips = [vip for vip in VIPS if self._mentions(vip)]
        except BaseException:
            self.network.close()
            raise

    def _mentions(self, vip):
        texts = [path.read_text() for path in self.folder.rglob("*.conf")]
        return any(re.search(rf"(\${{NET}}|10\.77\.0){vip[7:]}\b", text) for text in texts)

    def owners(self):
        """{"10.77.0.100": "lb1"}; "nobody" and "both" are owners too. What a host without power
        has does not count."""
        def owner(vip):
            names = [name for name, host in self.hosts.items()
                     if host.connected and host.has(vip)]
            return names[0] if len(names) == 1 else "both" if names else "nobody"
        return {vip: owner(vip) for vip in self.vips}

    def wait_owners(self, expected, timeout_s=12):
        """Until they are these, and so for a second."""
        wait_until(lambda: self.owners() == expected, timeout_s,
                   f"{self.kind} {self.name}: {expected}, is {self.owners()}")

    def answers(self):
        """Which backends answer at which VIP and path, by eight requests each."""
        answers = {}
        for vip in self.vips:
            for path, headers in (("/whoami", ()), ("/api/whoami", ()), ("/admin", ()),
                                  ("/echo", HANDSHAKE)):
                seen = {self._ask(vip, path, headers) for _ in range(8)}
                answers[vip, path, headers] = sorted(seen)
        return answers

    def loyalty(self):
        """At each VIP: how many backends a client with the cookie that it got meets in six
        requests, if it got one, and how many all who ask for one room."""
        loyalty = {}
        for vip in self.vips:
            cookie = (self._get(vip, "/whoami").header("Set-Cookie") or "").partition(";")[0]
            headers = (f"Cookie: {cookie}",) if cookie else ()
            own = {self._ask(vip, "/whoami", headers) for _ in range(6)}
            room = {self._ask(vip, "/whoami?room=blue", ()) for _ in range(6)}
            loyalty[vip] = (cookie.partition("=")[0], len(own), len(room))
        return loyalty

    def room(self):
        """Which backends answer those who ask for one room."""
        return {self._ask(vip, "/whoami?room=blue", ()) for vip in self.vips for _ in range(4)}

    def _get(self, vip, path, headers=()):
        with self.client.inside():
            client = HttpClient(vip)
        try:
            return client.get(path, *headers)
        finally:
            client.socket.close()

    def _ask(self, vip, path, headers):
        answer = self._get(vip, path, headers)
        return f"{answer.status} {answer.header('X-App') or ''}"

    def power_off(self, name):
        self.hosts[name].power_off()

    def close(self):
        self.network.close()


class OriginalPair(ImportedPair):
    """HAProxy runs under a name of its own on each host, since all hosts share the process table;
    Keepalived enters its host by itself, as in tests/lab/keepalived.py."""
    kind = "keepalived"

    def start(self, name):
        host = self.hosts[name]
        # As its operators do, so that HAProxy can bind a VIP that is elsewhere.
        host.run("sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1")
        program = host.directory / f"h{host.namespace.removeprefix('lab')}"[:15]
        shutil.copy(HAPROXY, program)
        text = (self.folder / "haproxy.cfg").read_text()
        # What the lab's hosts have not; it is the same in both forms.
        (host.directory / "haproxy.cfg").write_text(without_files(text))
        config = host.directory / "keepalived"
        shutil.rmtree(config, ignore_errors=True)
        shutil.copytree(self.folder, config)
        for path in config.rglob("*.conf"):
            path.write_text(re.sub(r"(-0|process) haproxy", rf"\1 {program.name}",
                                   path.read_text()))
        main = next(path for path in (config / "keepalived.conf", config / f"{name}.conf")
                    if path.exists())
        main.write_text(f"net_namespace {host.namespace}\n{main.read_text()}")
        host.haproxy = host.spawn(program, "-db", "-L", name, "-f",
                                  host.directory / "haproxy.cfg")
        host.wait_listening(80)
        for file in ("keepalived.pid", "vrrp.pid"):
            (host.directory / file).unlink(missing_ok=True)
        keepalived = Process(f"{name}/keepalived",
                             [KEEPALIVED, "-nlPD", "-i", name, "-f", main,
                              "-p", host.directory / "keepalived.pid",
                              "-r", host.directory / "vrrp.pid"],
                             host.directory / "keepalived.log")
        host.processes.append(keepalived)

    def wait_in_step(self):
        """HAProxy does not say so: what it has just told its peer may be lost with its host."""

    def kill_proxy(self, name):
        self.hosts[name].haproxy.kill()

    def start_proxy(self, name):
        host = self.hosts[name]
        program = host.haproxy.popen.args[3]
        host.haproxy = host.spawn(program, "-db", "-L", name, "-f",
                                  host.directory / "haproxy.cfg")


class WslbPair(ImportedPair):
    kind = "wslb"

    def __init__(self, name):
        super().__init__(name)
        done = subprocess.run([binary("wslbctl"), "import", *import_arguments(name)],
                              capture_output=True, text=True, check=False)
        self.remarks = done.stderr
        self.code = done.returncode
        key = self.network.directory / "cluster.key"
        key.touch(mode=0o600)
        key.write_text(subprocess.run([binary("wslbctl"), "keygen"], capture_output=True,
                                      text=True, check=True).stdout)
        self.text = done.stdout
        text = without_files(done.stdout).replace("/etc/wslb/cluster.key", str(key))
        self.wslb = {name: Wslb(host, text) for name, host in self.hosts.items()}

    def check(self):
        file = self.network.directory / "imported.cfg"
        file.write_text(self.text)
        return subprocess.run([binary("wslbctl"), "check", file], capture_output=True, text=True,
                              check=False)

    def start(self, name):
        self.wslb[name].start()

    def wait_in_step(self):
        for name, wslb in self.wslb.items():
            wait_until(lambda wslb=wslb: (wslb.status() or {}).get("tables_in_step"), 10,
                       f"{name} knows that its tables are the other host's")

    def kill_proxy(self, name):
        self.wslb[name].proxy.kill()

    def start_proxy(self, name):
        self.wslb[name].start_proxy()

    def confessions(self):
        return [line for wslb in self.wslb.values() for line in wslb.confessions()]


def without_files(text):
    """Lines that name files of a real host, which the lab's hosts have not."""
    files = (r"/dev/log|chroot|errorfile|stats socket /run/|\buser haproxy|\bgroup haproxy"
             r"|^\s+daemon")
    return "\n".join(line for line in text.splitlines() if not re.search(files, line)) + "\n"
