"""A Debian host: systemd in a container that lives in the network namespace of a host of the lab.

Its file system is the bare image below and a tmpfs above, of a size that a test can fill. Whatever
ends the run, no process, mount or control group of it stays.
"""
import atexit
import os
import pathlib
import shutil
import signal
import subprocess

from tests.lab.clock import wait_until
from . import cgroup, image

DISK = "1200m" if image.SANITIZED else "600m"


class Machine:
    def __init__(self, host, public_key, apt_source):
        """`host` is the lab's, whose namespace and cable it uses."""
        self.host = host
        self.name = host.name
        self.address = host.address
        self.directory = host.directory / "machine"
        self.root = self.directory / "root"
        self._group = f"wslb-{host.network.prefix}-{self.name}"
        self._console = None
        self._process = None
        self._mount()
        self._furnish(public_key, apt_source)
        atexit.register(self.close)

    def _mount(self):
        disk = self.directory / "disk"
        for made in (self.root, disk):
            made.mkdir(parents=True)
        _check("mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "wslb-hosts", disk)
        for made in ("upper", "work"):
            (disk / made).mkdir()
        _check("mount", "-t", "overlay", "-o", f"lowerdir={image.base()},upperdir={disk}/upper,"
               f"workdir={disk}/work", "wslb-hosts", self.root)

    def _furnish(self, public_key, apt_source):
        """What an installer would have asked."""
        self.write("/etc/hostname", self.name + "\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{self.address} {self.name}\n")
        self.write("/etc/apt/sources.list", f"deb [trusted=yes] {apt_source} ./\n")
        if image.SANITIZED:
            # It looks for leaks by means that the units do not allow; the lab looks for them.
            self.write("/etc/environment", "ASAN_OPTIONS=detect_leaks=0\n")
            for unit in ("wslb-agent", "wslb-proxy"):
                self.write(f"/etc/systemd/system/{unit}.service.d/sanitizer.conf",
                           "[Service]\nEnvironmentFile=/etc/environment\n")
        self.write("/root/.ssh/authorized_keys", public_key, mode=0o600)
        (self.root / "root/.ssh").chmod(0o700)
        # Looking up the operator's address would wait for a name server.
        self.write("/etc/ssh/sshd_config.d/lab.conf", "UseDNS no\nMaxStartups 100\n")
        # The image has no keys of its own.
        _check("chroot", self.root, "ssh-keygen", "-A")

    def write(self, path, text, mode=0o644):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def boot(self):
        enter = cgroup.make(self._group)
        nspawn = ["systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine={self.name}",
                  "--register=no", "--keep-unit", "--boot", "--console=pipe",
                  "--capability=CAP_NET_ADMIN", "--resolv-conf=off", "--timezone=off",
                  f"--network-namespace-path=/run/netns/{self.host.namespace}"]
        self._console = open(self.directory / "console.log", "ab")
        self._process = subprocess.Popen(
            ["sh", "-c", f'{enter} && exec "$@"', "sh", *nspawn], stdin=subprocess.DEVNULL,
            stdout=self._console, stderr=self._console, start_new_session=True,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        self.wait_booted()

    def leader(self):
        """Its process 1, as this machine counts; None: it is off."""
        if self._process is None or self._process.poll() is not None:
            return None
        pid = self._process.pid
        try:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return None
        for child in map(int, children):
            try:
                names = pathlib.Path(f"/proc/{child}/status").read_text().split("NSpid:")[1]
            except (OSError, IndexError):
                continue
            if names.split("\n", 1)[0].split()[-1] == "1":
                return child
        return None

    def wait_booted(self):
        def booted():
            if self.leader() is None:
                return False
            state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
            return state in ("running", "degraded")
        wait_until(booted, 60, f"{self.name} has booted", 0.1)

    def run(self, *arguments, check=True, timeout_s=60, **options):
        """On the machine, as root."""
        command = ["nsenter", "-t", str(self.leader()), "-m", "-u", "-i", "-n", "-p", "--",
                   "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                   "HOME=/root"]
        done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout_s, check=False, **options)
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, arguments))}: exit "
                               f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def reboot(self):
        self.run("systemctl", "reboot", check=False)
        self._process.wait(60)  # the container ends; whoever runs it starts it again
        self._kill()
        self.boot()

    def power_cut(self):
        """Nothing of it is heard from one moment to the next."""
        self.host.network.links.set_up(self.host.cable, False)
        self._kill()

    def power_on(self):
        self.host.network.links.set_up(self.host.cable, True)
        self.boot()

    def _kill(self):
        leader = self.leader()
        if leader:
            os.kill(leader, signal.SIGKILL)
        if self._process:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        if self._console:
            self._console.close()
        self._process = None

    def journal(self, lines=60):
        return self.run("journalctl", "--no-pager", "-o", "short-precise", "-n", str(lines),
                        "-u", "wslb-agent", "-u", "wslb-proxy", check=False).stdout

    def has(self, address):
        return self.host.has(address)

    def close(self):
        atexit.unregister(self.close)
        self._kill()
        for mounted in (self.root, self.directory / "disk"):
            subprocess.run(["umount", "--lazy", mounted], capture_output=True, check=False)
        cgroup.remove(self._group)


def remove_orphans():
    """Mounts of runs that were killed."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        source, target = line.split()[:2]
        if source == "wslb-hosts" and _owner_is_dead(target):
            subprocess.run(["umount", "--lazy", target], capture_output=True, check=False)
            shutil.rmtree(pathlib.Path(target).parents[1], ignore_errors=True)


def _owner_is_dead(target):
    owner = target.partition("wslb-lab")[2].partition("x")[0]
    return owner.isdigit() and not pathlib.Path("/proc", owner).exists()


def _check(*arguments):
    subprocess.run(list(map(str, arguments)), check=True, capture_output=True)
