"""`wslbctl doctor` about the host itself: the key, limits, the clock, who else manages interfaces,
IPv6, versions. Each is broken for real."""
import ctypes
import re
import shutil
import subprocess

import pytest

from .clock import wait_until
from .configuration import VIP
from .doctor import Doctor, sysctl
from .host import INTERFACE
from .wslb import binary

NETWORKD = "/lib/systemd/systemd-networkd"
NETWORK_FILE = "/run/systemd/network/50-managed.network"


@pytest.mark.parametrize("mode, severity", [(0o644, "problem"), (0o640, "warning"),
                                            (0o620, "problem"), (0o600, None), (0o400, None)])
def test_who_may_read_the_key(doctor, mode, severity):
    key = doctor.host.directory / "cluster.key"
    key.write_text(doctor.wslb.ctl("keygen").stdout)
    key.chmod(mode)
    found = doctor.findings(doctor.rewritten(("secret none", f"secret-file {key}")))
    expected = [("key-permissions", severity)] if severity else []
    assert [(one["id"], one["severity"]) for one in found] == expected
    if found:
        doctor.host.run(*found[0]["remedy"].rpartition("&& ")[2].split())
        assert doctor.ids(doctor.rewritten(("secret none", f"secret-file {key}"))) == []


def test_a_key_that_is_not_there(doctor):
    file = doctor.rewritten(("secret none", "secret-file /nowhere/cluster.key"))
    assert doctor.ids(file) == ["key-missing"]


@pytest.mark.parametrize("which", ["proxy", "agent"])
def test_too_few_open_files(doctor, which):
    process = getattr(doctor.wslb, which)
    file = doctor.rewritten(("maxconn 4000", "maxconn 500"))

    def limit(number):
        """Sets the limit in force of the running process."""
        doctor.host.run("prlimit", "--pid", process.pid, f"--nofile={number}:")
        return [one["subject"] for one in doctor.everything(file) if one["id"] == "open-files"
                and one["subject"] == f"wslb-{which}"]

    before = doctor.host.run("prlimit", "--pid", process.pid, "--nofile", "--noheadings",
                             "--output", "SOFT").stdout.strip()
    try:
        assert limit(2000) == []
        assert limit(1999) == [f"wslb-{which}"]
    finally:
        limit(before)


class Timex(ctypes.Structure):
    _fields_ = [("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
                ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long),
                ("status", ctypes.c_int), ("rest", ctypes.c_char * 256)]


def test_the_clock(doctor):
    """As the kernel says: the machine's clock is not the lab's to break."""
    timex = Timex()
    assert ctypes.CDLL(None).adjtimex(ctypes.byref(timex)) >= 0
    unsynchronised = bool(timex.status & 0x40)
    found = [one for one in doctor.everything() if one["id"] == "clock"]
    assert bool(found) == unsynchronised


def test_forwarding_that_loses_the_routers(doctor):
    file = doctor.rewritten((f"vip {VIP}/24", "vip fd77::100/64"), ("10.77.0.11", "fd77::11"),
                            ("10.77.0.12", "fd77::12"))
    assert doctor.ids(file) == []
    folder = f"net.ipv6.conf.{INTERFACE}."
    before = sysctl(doctor.host, folder + "accept_ra", 1)
    forwarded = sysctl(doctor.host, folder + "forwarding", 1)
    try:
        found = doctor.findings(file)
        assert [one["id"] for one in found] == ["ipv6-forwarding"]
        doctor.host.run(*found[0]["remedy"].partition(" (")[0].split())
        assert doctor.ids(file) == []
    finally:
        sysctl(doctor.host, folder + "forwarding", forwarded)
        sysctl(doctor.host, folder + "accept_ra", before)


def test_ipv6_switched_off(doctor):
    file = doctor.rewritten((f"vip {VIP}/24", "vip fd77::100/64"))
    name = f"net.ipv6.conf.{INTERFACE}.disable_ipv6"
    sysctl(doctor.host, name, 1)
    try:
        assert "ipv6-disabled" in doctor.ids(file)
    finally:
        doctor.host.configure() if sysctl(doctor.host, name, 0) else None


def test_an_external_proxy_that_cannot_bind_the_vip(doctor):
    file = doctor.rewritten(("secret none", "secret none\n    proxy external pidfile /run/h.pid "
                                            "check http://127.0.0.1/"))
    sysctl(doctor.host, "net.ipv4.ip_nonlocal_bind", 0)
    found = doctor.findings(file)
    assert [one["id"] for one in found] == ["nonlocal-bind"]
    doctor.host.run(*found[0]["remedy"].partition(",")[0].split())
    assert doctor.ids(file) == []


def test_vips_that_go_together(doctor):
    file = doctor.rewritten((f"vip {VIP}/24", "vip 192.0.2.1/24\n    vip 192.0.2.2/24"),
                            (f"bind {VIP}:80", "bind 192.0.2.1:80"))
    names = [f"net.ipv4.conf.{scope}.promote_secondaries" for scope in ("all", INTERFACE)]
    before = [sysctl(doctor.host, name, 0) for name in names]
    try:
        assert doctor.ids(file) == ["promote-secondaries"]
        sysctl(doctor.host, names[1], 1)
        assert doctor.ids(file) == []
    finally:
        for name, value in zip(names, before):
            sysctl(doctor.host, name, value)


def test_a_peer_of_another_version(doctor, lasting_bed):
    """Its agent is ours but for the number that it says, as during an upgrade."""
    pair = lasting_bed.pair
    host = next(one for one in pair.hosts if one is not doctor.host)
    wslb = pair[host]
    own = wslb.status()["version"]
    older = re.sub(r"\d+$", lambda last: str(int(last[0]) + 1)[-len(last[0]):], own)
    program = host.directory / "wslb-agent"
    program.write_bytes(binary("wslb-agent").read_bytes().replace(own.encode() + b"\0",
                                                                  older.encode() + b"\0"))
    shutil.copymode(binary("wslb-agent"), program)
    if older not in subprocess.run([program, "-v"], capture_output=True, text=True,
                                   check=True).stdout:
        pytest.skip("the number is not in the program as text")
    assert wslb.agent.stop() == 0
    wslb.start_agent(program=program)
    wait_until(lambda: doctor.ids() == ["peer-version"], 10, "the version is seen", 0.1)
    found = [one for one in doctor.findings() if one["id"] == "peer-version"]
    assert older in found[0]["what"] and own in found[0]["what"]
    assert Doctor(pair, host).ids() == ["agent-version", "peer-version"]
    assert wslb.agent.stop() == 0
    wslb.start_agent()


class Networkd:
    """systemd-networkd with a /run of its own, that manages nothing but one interface."""

    def __init__(self, host, keep):
        self.host = host
        host.run("ip", "link", "add", "managed0", "type", "veth", "peer", "name", "managed1")
        for end in ("managed0", "managed1"):
            host.run("ip", "link", "set", end, "up")
        keep_line = "KeepConfiguration=yes" if keep else ""
        script = host.directory / "networkd.sh"
        script.write_text(f"""
            set -e
            mount -t tmpfs tmpfs /run
            mount --bind /sys /sys
            mount -o remount,bind,ro /sys   # without udev, as in a container
            mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases
            chown -R systemd-network: /run/systemd/netif 2>/dev/null || true
            cat >{NETWORK_FILE} <<'END'
[Match]
Name=managed0
[Network]
Address=198.51.100.1/24
LinkLocalAddressing=no
{keep_line}
END
            exec sleep infinity
            """)
        self.room = host.spawn("unshare", "--mount", "sh", script, name="room")
        self.process = None
        wait_until(lambda: self._run("test", "-e", NETWORK_FILE).returncode == 0, 5, "its /run")

    def inside(self):
        """The words that put a command beside it."""
        return ("nsenter", f"--mount=/proc/{self.room.pid}/ns/mnt", "--")

    def _run(self, *words):
        return self.host.run(*self.inside(), *words, check=False)

    def start(self):
        self.process = self.host.spawn(*self.inside(), NETWORKD, name="networkd")
        wait_until(lambda: f"NETWORK_FILE={NETWORK_FILE}" in
                   self._run("sh", "-c", "cat /run/systemd/netif/links/*").stdout, 10,
                   "networkd manages the interface")

    def end(self):
        for process in filter(None, (self.process, self.room)):
            process.kill()
        self.host.run("ip", "link", "del", "managed0")


@pytest.mark.skipif(not shutil.which(NETWORKD), reason="needs systemd-networkd")
@pytest.mark.parametrize("keep", [False, True])
def test_networkd_that_removes_addresses(doctor, keep):
    file = doctor.rewritten((f"interface {INTERFACE}", "interface managed0"),
                            (f"vip {VIP}/24", "vip 198.51.100.100/24"),
                            (f"bind {VIP}:80", "bind 198.51.100.100:80"))
    networkd = Networkd(doctor.host, keep)
    try:
        networkd.start()
        found = [one["id"] for one in doctor.everything(file, under=networkd.inside())]
        assert ("networkd" in found) == (not keep), found
        # Where it manages other interfaces alone there is nothing to say.
        assert "networkd" not in [one["id"] for one in
                                  doctor.everything(under=networkd.inside())]
    finally:
        networkd.end()
