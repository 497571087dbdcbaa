"""FRR's vrrpd as the other router of a pair: zebra and vrrpd by hand, in the host's namespace.

FRR takes the VIP from a macvlan interface with the virtual router's MAC, which the operator makes,
and switches that interface's carrier (`protodown`). It speaks version 3 by multicast.
"""
import json
import pwd
import re
import shutil
import socket

from tests.lab.clock import wait_until
from tests.lab.configuration import VRID
from tests.lab.host import INTERFACE

DAEMONS = "/usr/lib/frr"
STATES = {"Master": "active", "Backup": "backup", "Initialize": "fault"}


def virtual_mac(family):
    return f"00:00:5e:00:0{1 if family == 4 else 2}:{VRID:02x}"


def _listens(path):
    with socket.socket(socket.AF_UNIX) as tried:
        return tried.connect_ex(str(path)) == 0


class FrrRouter:
    kind = "frr"

    def __init__(self, host, peer, wire):
        self.host, self.peer, self.wire = host, peer, wire
        self.directory = host.directory / "frr"
        self.zebra = self.vrrpd = None
        self.link = f"vrrp{wire.family}-2-1"
        self._make_link()

    def _make_link(self):
        """Without carrier before it has the VIP, so that it does not answer for it."""
        run = self.host.run
        if self.host.addresses(self.link, self.wire.family):
            return
        # Only the interface that has the VIP answers for it.
        for setting in ("all.arp_ignore=1", "all.arp_announce=2"):
            run("sysctl", "-qw", f"net.ipv4.conf.{setting}")
        run("ip", "link", "add", self.link, "link", INTERFACE, "type", "macvlan", "mode", "bridge")
        run("ip", "link", "set", self.link, "addrgenmode", "random")
        run("ip", "link", "set", self.link, "address", virtual_mac(self.wire.family), "up")
        wait_until(lambda: self.host.addresses(self.link, 6), 5, "a link-local address")
        self._set_carrier(False)
        nodad = ["nodad"] if self.wire.family == 6 else []
        run("ip", "addr", "add", self.wire.vip_with_prefix, "dev", self.link, "noprefixroute",
            *nodad)

    def _set_carrier(self, there):
        self.host.run("ip", "link", "set", self.link, "protodown", "off" if there else "on")

    def names(self):
        """By MAC, of what answers for the VIP."""
        return {virtual_mac(self.wire.family): self.host.name}

    def source(self):
        """Where its adverts come from."""
        if self.wire.family == 4:
            return self.host.address
        return next(address.partition("/")[0] for address in self.host.addresses(self.link, 6)
                    if address.startswith("fe80:"))

    def start(self, priority, peer_priority, preempt):
        self._make_link()
        self.directory.mkdir(exist_ok=True)
        frr = pwd.getpwnam("frr")
        for path in (self.host.network.directory, self.host.directory):
            path.chmod(0o755)
        shutil.chown(self.directory, frr.pw_uid, frr.pw_gid)
        word = "ip" if self.wire.family == 4 else "ipv6"
        no = "" if preempt else "no "
        (self.directory / "zebra.conf").write_text("")
        (self.directory / "vrrpd.conf").write_text(
            f"interface {INTERFACE}\n vrrp {VRID} version 3\n vrrp {VRID} priority {priority}\n"
            f" vrrp {VRID} advertisement-interval {self.wire.advert_ms}\n"
            f" {no}vrrp {VRID} preempt\n vrrp {VRID} {word} {self.wire.vip}\n")
        self.zebra = self._spawn("zebra")
        # vrrpd that is refused tries again after ten seconds.
        wait_until(lambda: _listens(self.directory / "zserv.api"), 10, "zebra listens")
        self.vrrpd = self._spawn("vrrpd")

    def _spawn(self, name):
        folder = self.directory
        return self.host.spawn(
            f"{DAEMONS}/{name}", "-f", folder / f"{name}.conf", "-i", folder / f"{name}.pid",
            "-z", folder / "zserv.api", "--vty_socket", folder, "-A", "127.0.0.1", "-P", "0",
            "--log", "stdout", "--log-level", "debug")

    def state(self):
        if self.vrrpd is None or not self.vrrpd.alive:
            return "stopped"
        told = self.host.run("vtysh", "--vty_socket", self.directory, "-d", "vrrpd", "-c",
                             "show vrrp", check=False).stdout
        states = re.search(rf"Status \(v{self.wire.family}\)\s+(\w+)", told)
        return STATES[states[1]] if states else "starting"

    def owns(self):
        """The VIP is always on the interface, but counts only where that has carrier."""
        links = json.loads(self.host.run("ip", "-j", "link", "show", self.link).stdout)
        return "LOWER_UP" in links[0]["flags"]

    def stop(self):
        self.vrrpd.stop()
        self.zebra.stop()

    def kill(self):
        self.vrrpd.kill()
        self.zebra.kill()

    def clean_up_after_kill(self):
        """Nobody takes the VIP of a killed vrrpd away: the operator does."""
        self._set_carrier(False)

    def end(self):
        """At the end of a test. Returns what was wrong about it: FRR's log does not tell."""
        for process in (self.vrrpd, self.zebra):
            if process is not None and process.alive:
                process.stop(timeout_s=10)
        return []
