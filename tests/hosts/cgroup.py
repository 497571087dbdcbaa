"""A control group for each machine, so that two systemds do not share one."""
import pathlib
import time

HIERARCHIES = [path for path in (pathlib.Path("/sys/fs/cgroup/unified"),
                                 pathlib.Path("/sys/fs/cgroup/systemd"),
                                 pathlib.Path("/sys/fs/cgroup"))
               if (path / "cgroup.procs").exists()]


def make(name):
    """-> what a shell does to enter it."""
    for hierarchy in HIERARCHIES:
        (hierarchy / name).mkdir(exist_ok=True)
    return " && ".join(f"echo $$ > {hierarchy / name}/cgroup.procs" for hierarchy in HIERARCHIES)


def remove(name, patience_s=5):
    """Its processes have ended, but the kernel may still be counting."""
    deadline = time.monotonic() + patience_s
    for hierarchy in HIERARCHIES:
        groups = [path for path in (hierarchy / name).glob("**/") if path.is_dir()]
        for group in sorted(groups, key=lambda path: -len(path.parts)):
            while group.exists():
                try:
                    group.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.02)
