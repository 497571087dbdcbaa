"""Keepalived as the other router of a pair: one VRRP instance, nothing behind it.

It starts in the machine's own namespace and enters its host by itself (`net_namespace`), as in
tests/lab/keepalived.py; the only interface it is told of exists in the host alone.
"""
import os
import pathlib
import re
import signal

from tests.lab.clock import wait_until
from tests.lab.configuration import VRID
from tests.lab.host import INTERFACE
from tests.lab.process import Process

KEEPALIVED = "/usr/sbin/keepalived"
PID_FILES = ("keepalived.pid", "vrrp.pid")
# What Keepalived says of packets that it does not like, and of routers that behave strangely.
COMPLAINT = re.compile(
    r"checksum|bogus|invalid|incorrect|mismatch|wrong version|unexpected|unknown|truncated|"
    r"too (short|long)|ip_tot_len|TTL/HL|expected|not present in MASTER|not a unicast peer|"
    r"advertisement interval|WARNING|ERROR|\bAH\b|auth|passwd|recvmsg|error", re.IGNORECASE)
# Said at the start, of this machine and of its own configuration.
HARMLESS = re.compile(
    r"Registering|Opening|Command line|Configuration file|Starting|Running on|NOTICE|"
    r"WARNING - (default user|script)|error_file|SECURITY VIOLATION|rlimit|"
    r"first IPv6 VIP address should be link local")


class KeepalivedRouter:
    kind = "keepalived"

    def __init__(self, host, peer, wire):
        self.host, self.peer, self.wire = host, peer, wire
        self.process = None
        self._log_start = 0

    def start(self, priority, peer_priority, preempt):
        directory = self.host.directory
        (directory / "keepalived.conf").write_text(self._text(priority, preempt))
        for name in PID_FILES:
            (directory / name).unlink(missing_ok=True)  # a killed one's, which a reboot clears
        log = directory / "keepalived.log"
        self._log_start = log.stat().st_size if log.exists() else 0
        self.process = Process(
            f"{self.host.name}/keepalived",
            [KEEPALIVED, "-nlPDR", "-f", directory / "keepalived.conf",
             "-p", directory / "keepalived.pid", "-r", directory / "vrrp.pid"], log)
        self.host.processes.append(self.process)

    def _text(self, priority, preempt):
        wire = self.wire
        lines = [f"    interface {INTERFACE}", "    state BACKUP",
                 f"    virtual_router_id {VRID}", f"    version {wire.version}",
                 f"    priority {priority}", f"    advert_int {wire.advert_ms / 1000}"]
        if wire.family == 6:
            lines.append("    native_ipv6")
        if not preempt:
            lines.append("    nopreempt")
        if wire.transport == "unicast":
            lines += [f"    unicast_src_ip {wire.address(self.host)}",
                      f"    unicast_peer {{\n        {wire.address(self.peer)}\n    }}"]
        lines.append(f"    virtual_ipaddress {{\n        {wire.vip_with_prefix}\n    }}")
        text = "\n".join(lines)
        return (f"net_namespace {self.host.namespace}\n\n"
                f"global_defs {{\n    router_id {self.host.name}\n"
                f"    vrrp_version {wire.version}\n"
                # As wslb-agent has them; by default it is killed after 10 ms of CPU at once.
                "    vrrp_rt_priority 50\n    vrrp_rlimit_rttime 1000000\n    vrrp_no_swap\n}\n\n"
                f"vrrp_instance public {{\n{text}\n}}\n")

    def names(self):
        """By MAC, of what answers for the VIP."""
        return {self.host.mac(): self.host.name}

    def source(self):
        """Where its adverts come from."""
        return self.wire.source(self.host)

    def state(self):
        if self.process is None or not self.process.alive:
            return "stopped"
        text = self.process.log.read_bytes()[self._log_start:].decode(errors="replace")
        states = re.findall(r"[Ee]ntering (\w+) STATE", text)
        names = {"MASTER": "active", "BACKUP": "backup", "FAULT": "fault"}
        return names[states[-1]] if states else "starting"

    def owns(self):
        return self.host.has(self.wire.vip)

    def stop(self):
        self.process.stop()

    def kill(self):
        """Both of its processes at once: the parent would restart the child, and the child, were
        its parent gone, would end in a clean way."""
        child = int((self.host.directory / "vrrp.pid").read_text())
        self.process.signal(signal.SIGSTOP)
        os.kill(child, signal.SIGKILL)
        self.process.kill()
        wait_until(lambda: not pathlib.Path(f"/proc/{child}").exists(), 5, "keepalived is gone")

    def clean_up_after_kill(self):
        """Nobody takes the VIP of a killed Keepalived away: the operator does."""
        if self.owns():
            self.host.run("ip", "addr", "del", self.wire.vip_with_prefix, "dev", INTERFACE)

    def complaints(self):
        log = self.host.directory / "keepalived.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return [line for line in lines if COMPLAINT.search(line) and not HARMLESS.search(line)]

    def end(self):
        """At the end of a test. Returns what was wrong about it."""
        if self.process is not None and self.process.alive:
            self.process.stop(timeout_s=10)
        return self.complaints()
