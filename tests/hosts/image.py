"""The bare Debian 12 that every machine begins with, and the packages that it may install.

Both are made once, from Debian's mirror, and kept under build/hosts; the machines themselves see no
network but the lab's. `wslb.deb`'s dependencies are what the small apt archive holds, which the
lab's client host serves.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("WSLB_HOSTS_CACHE", ROOT / "build/hosts"))
MIRROR = os.environ.get("WSLB_DEBIAN_MIRROR", "http://deb.debian.org/debian")
# The programs under test have AddressSanitizer in them: large, slow, and with wishes of their own.
SANITIZED = "asan" in pathlib.Path(os.environ.get("WSLB_BIN", "")).parts
# What an installation of Debian has besides: an init, sshd and what Ansible needs.
PACKAGES = ("systemd", "systemd-sysv", "dbus", "openssh-server", "python3", "python3-apt",
            "iproute2", "procps", "bash-completion")


def _run(*arguments, **options):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, arguments))}: exit {done.returncode}\n"
                           f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def base():
    """The directory with the bare system; nobody may change it."""
    made = CACHE / f"debian-{hashlib.sha256(' '.join(PACKAGES).encode()).hexdigest()[:8]}"
    if made.exists():
        return made
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = CACHE / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    # As debootstrap, but by apt, which downloads several files at a time; and what a power cut may
    # do to this directory matters to nobody.
    _run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}",
         "--dpkgopt=force-unsafe-io", "bookworm", unfinished, MIRROR)
    (unfinished / "etc/dpkg/dpkg.cfg.d/99mmdebstrap").unlink(missing_ok=True)
    for unwanted in ("etc/machine-id", "var/lib/dbus/machine-id", "etc/resolv.conf"):
        (unfinished / unwanted).unlink(missing_ok=True)
    for key in (unfinished / "etc/ssh").glob("ssh_host_*"):
        key.unlink()  # each machine makes its own
    unfinished.rename(made)
    return made


def archive(deb):
    """The apt archive with what `deb` depends on and a bare system lacks; without `deb` itself."""
    needs = _run("dpkg-deb", "--field", deb, "Depends").strip()
    made = CACHE / f"archive-{hashlib.sha256(f'{base().name} {needs}'.encode()).hexdigest()[:8]}"
    if made.exists():
        return made
    system = CACHE / "downloading"
    shutil.rmtree(system, ignore_errors=True)
    _run("cp", "-a", base(), system)
    shutil.copy("/etc/resolv.conf", system / "etc/resolv.conf")
    _run("chroot", system, "apt-get", "update", "-qq")
    _run("chroot", system, "apt-get", "satisfy", "-y", "-qq", "--no-install-recommends",
         "--download-only", needs, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    unfinished = CACHE / "archive-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for package in (system / "var/cache/apt/archives").glob("*.deb"):
        shutil.move(package, unfinished)
    shutil.rmtree(system)
    index(unfinished)
    unfinished.rename(made)
    return made


def index(directory):
    """Makes it an apt archive of what lies in it."""
    listing = _run("dpkg-scanpackages", "--multiversion", ".", cwd=directory)
    (directory / "Packages").write_text(listing)


def version(deb):
    return _run("dpkg-deb", "--field", deb, "Version").strip()


def with_version(deb, number, directory, files=None):
    """The same package under another version number; `files` has other contents for some."""
    tree = directory / "repacked"
    _run("dpkg-deb", "--raw-extract", deb, tree)
    control = tree / "DEBIAN/control"
    lines = [f"Version: {number}" if line.startswith("Version:") else line
             for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    for path, text in (files or {}).items():
        (tree / path).write_text(text)
    made = directory / f"wslb_{number}_amd64.deb"
    _run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, made)
    shutil.rmtree(tree)
    return made


if __name__ == "__main__":  # so that ./dev can have it made while something else goes on
    print(base())
