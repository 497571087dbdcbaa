"""Two machines, the operator, a backend and witnesses; and what is asked of the machines."""
import contextlib
import json
import pathlib
import shutil
import subprocess

from tests.lab import flow
from tests.lab.clock import now_ms, wait_until
from tests.lab.configuration import VIP, cluster_section
from tests.lab.network import Network
from tests.lab.program import PYTHON
from tests.lab.watcher import Watcher
from . import image
from .machine import Machine, remove_orphans
from .playbook import Operator

APT_PORT, BACKEND_PORT = 8000, 9000
KEY_FILE = "/etc/wslb/cluster.key"


def configuration(extra=""):
    # A slow machine must not look like a dead one.
    cluster = cluster_section([("lb1", "10.77.0.11"), ("lb2", "10.77.0.12")], advert_ms=1000,
                              secret_file=KEY_FILE, cluster_extra="    takeover-after 3s\n",
                              extra="    lease 3s\n")
    return f"""{cluster}
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h

frontend web
    bind {VIP}:80
{extra}
    default_backend app

backend app
    server app1 10.77.0.21:{BACKEND_PORT}
"""


class Pair:
    def __init__(self, deb, previous):
        """`previous` is deployed first."""
        remove_orphans()
        self.deb, self.previous = pathlib.Path(deb), pathlib.Path(previous)
        self.network = Network()
        self.machines = {}
        try:
            self._raise()
        except BaseException:
            self.close()
            raise

    def _raise(self):
        directory = self.network.directory
        app = self.network.add_host("app1", "10.77.0.21")
        self.client = self.network.add_host("client", "10.77.0.31")
        observer = self.network.add_host("observer", "10.77.0.32")
        self.operator = Operator(self.client, directory / "operator")
        self.archive = directory / "archive"
        shutil.copytree(image.archive(self.deb), self.archive)
        self.client.spawn(PYTHON, "-m", "http.server", "--directory", self.archive, APT_PORT,
                          name="apt-archive")
        for name, address in (("lb1", "10.77.0.11"), ("lb2", "10.77.0.12")):
            host = self.network.add_host(name, address)
            source = f"http://{self.client.address}:{APT_PORT}/"
            self.machines[name] = Machine(host, self.operator.public_key, source)
        flow.Server(app, BACKEND_PORT)
        self.client.wait_listening(APT_PORT)
        for machine in self:
            machine.boot()
        names = {machine.host.mac(): name for name, machine in self.machines.items()}
        self.watcher = Watcher(observer, VIP, names, interval_ms=20)
        self.operator.write_config(configuration())
        self.operator.write_inventory(self, wslb_package=str(self.previous))

    def __iter__(self):
        return iter(self.machines.values())

    def __getitem__(self, name):
        return self.machines[name]

    def status(self, machine):
        done = machine.run("wslbctl", "--json", "status", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def active(self):
        """The machine that has the VIP; None: none has, or both."""
        owners = [machine for machine in self if machine.leader() and machine.has(VIP)]
        return owners[0] if len(owners) == 1 else None

    def other(self, machine):
        return next(each for each in self if each is not machine)

    def _is_well(self):
        if self.active() is None:
            return False
        for machine in self:
            status = self.status(machine)
            if status is None or status["proxy"]["state"] != "up":
                return False
            if status["vrrp"][0]["state"] not in ("active", "backup"):
                return False
            if any(peer["state"] != "connected" for peer in status["peers"]):
                return False
        return True

    def wait_well(self, timeout_s=40):
        wait_until(self._is_well, timeout_s, "both machines are fit and hear each other", 0.2)
        return self.active()

    def wait_active(self, machine, timeout_s=20):
        wait_until(lambda: self.active() is machine, timeout_s, f"{machine.name} has the VIP", 0.05)

    @staticmethod
    def pids(machine):
        """Of agent and proxy; 0: it does not run."""
        shown = machine.run("systemctl", "show", "-P", "MainPID", "wslb-agent", "wslb-proxy").stdout
        return [int(pid) for pid in shown.split()]

    @staticmethod
    def install(machine, deb):
        """By hand; returns what dpkg said."""
        (machine.root / "root/wslb.deb").write_bytes(pathlib.Path(deb).read_bytes())
        done = machine.run("dpkg", "-i", "/root/wslb.deb")
        return done.stdout + done.stderr

    @contextlib.contextmanager
    def untouched(self, *machines):
        """What runs on them, their configurations and all tunnels must outlive the block."""
        def seen():
            return [(self.pids(machine), machine.run("cat", "/etc/wslb/wslb.cfg").stdout)
                    for machine in machines]
        before, since, tunnels = seen(), now_ms(), self.flow(20)
        yield
        outcome = tunnels.end()
        assert seen() == before
        assert not outcome["lost"], outcome
        assert self.moves(since) == 0

    def moves(self, since_ms):
        """How often another host than before answered for the VIP."""
        owners = [span.owner for span in self.watcher.spans(since_ms)]
        return sum(one != next_one for one, next_one in zip(owners, owners[1:]))

    def flow(self, tunnels, pause_ms=1000):
        """One of them sends without a pause: more would measure the machine."""
        return flow.Flow(self.client, VIP, tunnels, pause_ms, bulk=1)

    def story(self):
        return "\n".join(f"--- {machine.name}\n{machine.journal()}" for machine in self
                         if machine.leader())

    def close(self):
        for machine in self.machines.values():
            machine.close()
        self.network.close()
        subprocess.run(["find", self.network.directory, "-xdev", "-delete"], capture_output=True,
                       check=False)
