"""The lab's network: one bridge in a namespace of its own, hosts on it, and nothing left behind.

    with Network() as network:
        lb1 = network.add_host("lb1", "10.77.0.11")

Names carry this process's id, so that runs do not collide. Whatever ends the run (the block's
end, an exception, SIGINT, SIGTERM), all processes and namespaces of it are removed.
"""
import atexit
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from .host import INTERFACE, Host, kill_all
from .namespace import Links

KEEPALIVED_RUN = pathlib.Path("/run/keepalived")  # a directory for each of its namespaces


def remove_orphans():
    """Ends what runs left behind that were killed by SIGKILL, which lets nobody clean up."""
    for path in pathlib.Path("/run/netns").glob("lab*x*-*"):
        owner = re.fullmatch(r"lab(\d+)x\d+-\w+", path.name)
        if owner and not pathlib.Path("/proc", owner.group(1)).exists():
            listing = subprocess.run(["ip", "netns", "pids", path.name], capture_output=True,
                                     text=True, check=False)
            kill_all(int(pid) for pid in listing.stdout.split())
            subprocess.run(["ip", "netns", "del", path.name], capture_output=True, check=False)
    for path in (*pathlib.Path(tempfile.gettempdir()).glob("wslb-lab*x*-*"),
                 *KEEPALIVED_RUN.glob("lab*x*-*")):
        owner = re.match(r"(?:wslb-)?lab(\d+)x", path.name)
        if owner and not pathlib.Path("/proc", owner.group(1)).exists():
            shutil.rmtree(path, ignore_errors=True)


class Network:
    _runs = 0

    def __init__(self, keep_logs=False):
        Network._runs += 1
        self.prefix = f"lab{os.getpid()}x{Network._runs}"
        self.bridge = f"{self.prefix}-net"
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"wslb-{self.prefix}-"))
        self.keep_logs = keep_logs
        self.hosts = {}
        self._losses = {}
        self._closed = False
        atexit.register(self.close)
        # SIGTERM unwinds like an exception, as SIGINT does, so that everything is cleaned up.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        remove_orphans()
        self._ip("netns", "add", self.bridge)
        # Ports forward at once and multicast floods, as on a switch that was set up for VRRP.
        self._bridge_ip("link", "add", "br0", "type", "bridge", "stp_state", "0",
                        "forward_delay", "0", "mcast_snooping", "0")
        self._bridge_ip("link", "set", "br0", "up")
        self.links = Links(self.bridge)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def add_host(self, name, address):
        host = Host(self, name, address)
        self._ip("netns", "add", host.namespace)
        self.hosts[name] = host
        self._bridge_ip("link", "add", host.cable, "type", "veth",
                        "peer", "name", INTERFACE, "netns", host.namespace)
        self._bridge_ip("link", "set", host.cable, "master", "br0", "up")
        host.configure()
        return host

    def set_loss(self, host, percent):
        self._losses[host.cable] = percent
        lot = {cable: f"numgen random mod 1000 < {round(share * 10)}" if share < 100 else ""
               for cable, share in self._losses.items() if share > 0}
        drops = [f"{side}ifname {cable} {chance} drop" for cable, chance in lot.items()
                 for side in "io"]
        rules = "\n".join(["add table bridge lab", "delete table bridge lab",
                           "table bridge lab {", "chain forward {",
                           "type filter hook forward priority 0", *drops, "}", "}"]) + "\n"
        subprocess.run(["nsenter", f"--net=/run/netns/{self.bridge}", "nft", "-f", "-"],
                       input=rules, text=True, check=True)

    def close(self):
        """Idempotent; goes on past what fails, since half a clean-up is worse than a late error."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        for host in self.hosts.values():
            kill_all(host.pids())
            for process in host.processes:
                process.dispose()
        for namespace in (self.bridge, *(host.namespace for host in self.hosts.values())):
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)
            shutil.rmtree(KEEPALIVED_RUN / namespace, ignore_errors=True)
        self.links.close()
        if not self.keep_logs:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _bridge_ip(self, *arguments):
        self._ip("-n", self.bridge, *arguments)

    @staticmethod
    def _ip(*arguments):
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()} "
                               "(the lab needs root and network namespaces)")
