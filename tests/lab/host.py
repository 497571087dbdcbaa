"""One host of the lab: a network namespace with one cable to the bridge."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import urllib.request

from .clock import wait_until
from .namespace import inside
from .process import Process

# A name that the machine itself has not: whatever escapes from its host finds no link to act on.
INTERFACE = "lan0"


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Host:
    """Made by Network.add_host(). `name` is the short one ("lb1"), `namespace` the unique one."""

    def __init__(self, network, name, address):
        self.network = network
        self.name = name
        self.address = address
        self.address6 = "fd77::" + address.rpartition(".")[2]
        self.namespace = f"{network.prefix}-{name}"
        self.cable = f"p-{name}"
        self.directory = network.directory / name
        self.directory.mkdir(exist_ok=True)
        self.processes = []
        self.connected = True  # its cable is in
        self.hosts_file = None  # stands for /etc/hosts in spawn()

    def __repr__(self):
        return f"Host({self.name} {self.address})"

    def inside(self):
        """Context in which this thread's new sockets belong to the host."""
        return inside(self.namespace)

    def command(self, *arguments):
        return ["nsenter", f"--net=/run/netns/{self.namespace}", "--", *map(str, arguments)]

    def run(self, *arguments, check=True, timeout_s=20, **options):
        """Runs to the end; returns CompletedProcess with text output."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              timeout=timeout_s, **options)
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, arguments))}: exit "
                               f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def spawn(self, *arguments, name=None, pipes=False, environment=None):
        name = name or os.path.basename(str(arguments[0]))
        if self.hosts_file:
            arguments = ("unshare", "--mount", "sh", "-c",
                         f'mount --bind {self.hosts_file} /etc/hosts && exec "$@"', "sh",
                         *arguments)
        process = Process(f"{self.name}/{name}", self.command(*arguments),
                          self.directory / f"{name}.log", pipes, environment)
        self.processes.append(process)
        return process

    def mac(self):
        return json.loads(self.run("ip", "-j", "link", "show", INTERFACE).stdout)[0]["address"]

    def addresses(self, interface=INTERFACE, family=4):
        """Addresses of the interface as "10.77.0.11/24"; none if it does not exist."""
        listing = self.run("ip", f"-{family}", "-o", "addr", "show", "dev", interface,
                           check=False).stdout
        return [line.split()[3] for line in listing.splitlines()]

    def has(self, address):
        """Whether any interface of the host has the address (without its prefix length)."""
        listing = self.run("ip", "-o", "addr", "show").stdout
        return any(line.split()[3].partition("/")[0] == address for line in listing.splitlines())

    def link_local(self):
        """The IPv6 address that its adverts come from."""
        return next(address.partition("/")[0] for address in self.addresses(family=6)
                    if address.startswith("fe80:"))

    def configure(self):
        """Interface up, own addresses on it and no others, all usable at once (no DAD)."""
        with self.inside():
            for scope in ("all", "default", INTERFACE):
                pathlib.Path("/proc/sys/net/ipv6/conf", scope, "accept_dad").write_text("0")
        batch = [f"addr flush dev {INTERFACE}",
                 f"link set {INTERFACE} down",  # so that the link-local address comes back, too
                 f"link set {INTERFACE} up",
                 f"addr add {self.address}/24 dev {INTERFACE}",
                 f"addr add {self.address6}/64 dev {INTERFACE} nodad",
                 "link set lo up"]
        self.run("ip", "-batch", "-", input="\n".join(batch))

    def fetch(self, url, method="GET"):
        """Body of an HTTP answer of success, asked for from this host."""
        with self.inside(), urllib.request.urlopen(urllib.request.Request(url, method=method),
                                                   timeout=10) as answer:
            return answer.read()

    def wait_listening(self, port, timeout_s=10):
        """Until a TCP socket of this host listens on the port: nothing connects, so no trace."""
        wait_until(lambda: self.run("ss", "-Hltn", f"sport = :{port}").stdout, timeout_s,
                   f"{self.name} listens on port {port}")

    def cut(self):
        """Pulls the cable: the host sees its carrier go, nothing passes any more."""
        self.network.links.set_up(self.cable, False)
        self.connected = False

    def mend(self):
        self.network.links.set_up(self.cable, True)
        self.connected = True

    def loss(self, percent):
        """Drops that share of what arrives from and goes to the host, at random; 0 ends it."""
        self.network.set_loss(self, percent)

    def pids(self):
        listing = subprocess.run(["ip", "netns", "pids", self.namespace],
                                 capture_output=True, text=True, check=False)
        return [int(pid) for pid in listing.stdout.split()]

    def power_off(self):
        """A power cut: cable first, so that no FIN or last advert of the dying gets out."""
        self.cut()
        kill_all(self.pids())
        kill_all(self.pids())  # born meanwhile
        for process in self.processes:
            process.dispose()
        self.processes.clear()

    def power_on(self):
        """The host is back, empty: its cable is in, only its own addresses are on the interface."""
        for link in json.loads(self.run("ip", "-j", "link", "show", "type", "macvlan").stdout):
            self.run("ip", "link", "del", link["ifname"])
        shutil.rmtree(self.directory / "run", ignore_errors=True)  # as a boot clears /run
        self.configure()
        self.mend()
