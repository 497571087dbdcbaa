#!/usr/bin/python3
"""What relaying costs: wslb-proxy beside HAProxy and nginx, in the same run on the same machine.

    ./dev bench relay [--rounds N] [--seconds S] [--threads N] [--only LOAD] [--subjects A,B]
                      [--other NAME=DIRECTORY] [--json FILE]

Each proxy has a network namespace, a backend and clients of its own, which talk over loopback. The
proxies take turns within each round, so that they meet the same machine; figures are medians of the
rounds. "cpu" is what the subject's threads used (the kernel's work on their behalf included) for
one operation, "machine" what all processors were busy with meanwhile, kernel threads, clients and
backend included. Nothing is pinned; nothing else should run. An idle tunnel's memory is what the
subject's resident memory grew by, after one message in each tunnel and ten quiet seconds: of the
proxy, then of the agent.

"wslb" is wslb-proxy and wslb-agent together, with the vault; "no vault" and "no uring" are the same
without the one or the other, "no agent" is wslb-proxy by itself. Those with "tls" have their
clients inside of TLS: a HAProxy of its own, which is counted in "machine" alone, does that for the
clients; their ratios are to HAProxy with TLS where that is a subject. --other adds wslb with the
programs of another directory, to compare two builds.
"""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bench.relay_subject import Subject  # noqa: E402
from tests.lab.clock import wait_until  # noqa: E402
from tests.lab.network import Network  # noqa: E402
from tests.lab.wslb import binary  # noqa: E402

SUBJECTS = ("haproxy", "nginx", "wslb", "no vault", "no uring", "no agent", "haproxy tls",
            "wslb tls")
BY_DEFAULT = ("haproxy", "nginx", "wslb")
# mode, connections, bytes of a message; what is asked of the ratio to HAProxy
LOADS = {
    "64 B over 64 tunnels": ("echo", 64, 64, 0.65),
    "64 B over 2,000 tunnels": ("echo", 2000, 64, 0.70),
    "16 KiB over 64 tunnels": ("echo", 64, 16384, 0.75),
    "connect, upgrade, echo, close": ("churn", 16, 64, 0.90),
    "keep-alive GET": ("get", 64, 100, 1.0),
}
IDLE_TUNNELS = 8000
IDLE_SHARE = 0.25


def machine_s():
    user, nice, system, _, _, irq, softirq, *_ = map(
        int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


class Load:
    """The clients of one subject: connected until the block ends."""

    def __init__(self, subject, mode, connections, size):
        self.process = subject.host.spawn(binary("relay_load"), mode, subject.port, connections,
                                          size, name="load", pipes=True)
        if self._line() != "ready":
            raise RuntimeError(f"{subject.name}, {mode}: {self.process.text()}")

    def _line(self):
        return self.process.popen.stdout.readline().decode().strip()

    def run(self, seconds):
        self.process.popen.stdin.write(f"{seconds}\n".encode())
        self.process.popen.stdin.flush()
        line = self._line()
        if not line:
            raise RuntimeError(self.process.text())
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.dispose()


def window(subject, load, seconds):
    """CPU in microseconds for one operation: of the subject, of the machine."""
    load.run(0.3)
    before, machine_before = subject.cpu_s(), machine_s()
    result = load.run(seconds)
    return {"cpu": (subject.cpu_s() - before) / result["done"] * 1e6,
            "machine": (machine_s() - machine_before) / result["done"] * 1e6,
            "p50": result["p50"], "p99": result["p99"]}


def measure_loads(subjects, options):
    names = [name for name in LOADS if options.only in name]
    rounds = {name: {subject.name: [] for subject in subjects} for name in names}
    for _ in range(options.rounds):
        for name in names:
            mode, connections, size, _bar = LOADS[name]
            for subject in subjects:
                with Load(subject, mode, connections, size) as load:
                    rounds[name][subject.name].append(window(subject, load, options.seconds))
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {name: {kind: {what: statistics.median(one[what] for one in windows)
                          for what in windows[0]} for kind, windows in kinds.items()}
            for name, kinds in rounds.items()}


def measure_idle(network, programs, options):
    """Bytes of each process for a tunnel, of subjects that have had no more than a few before."""
    figures = {}
    for subject in make_subjects(network, programs, options, "idle", 51):
        with Load(subject, "echo", 64, 64) as load:
            load.run(0.3)  # what a program loads when it is first used is no tunnel's
        before = subject.resident_bytes()
        with Load(subject, "echo", IDLE_TUNNELS, 64) as load:
            load.run(0)
            time.sleep(10)  # the quiet that is asked for
            figures[subject.name] = [(after - one) / IDLE_TUNNELS
                                     for one, after in zip(before, subject.resident_bytes())]
    return figures


def make_subjects(network, programs, options, prefix, first):
    return [Subject(network.add_host(f"{prefix}{i}", f"10.77.0.{first + i}"), name,
                    options.threads, directory)
            for i, (name, directory) in enumerate(programs.items())]


def base_of(kind, kinds):
    return kinds["haproxy tls" if kind.endswith(" tls") and "haproxy tls" in kinds else "haproxy"]


def show(results, idle):
    print(f"{'':30} {'':11} {'cpu us':>8} {'ratio':>6} {'machine us':>11} {'ratio':>6} "
          f"{'p50 ms':>8} {'p99 ms':>8}  bar")
    for name, kinds in results.items():
        for kind, one in kinds.items():
            base = base_of(kind, kinds)
            bar = f"<= {LOADS[name][3]}" if kind == "wslb" else ""
            print(f"{name:30} {kind:11} {one['cpu']:8.2f} {one['cpu'] / base['cpu']:6.2f} "
                  f"{one['machine']:11.2f} {one['machine'] / base['machine']:6.2f} "
                  f"{one['p50']:8.2f} {one['p99']:8.2f}  {bar}")
    for kind, sizes in idle.items():
        bar = f"<= {IDLE_SHARE}" if kind == "wslb" else ""
        parts = " + ".join(f"{size:.0f}" for size in sizes) if len(sizes) > 1 else ""
        print(f"{'memory of an idle tunnel, B':30} {kind:11} {sum(sizes):8.0f} "
              f"{sum(sizes) / sum(base_of(kind, idle)):6.2f} {parts:36}  {bar}")


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default="",
                        help="loads with this in their names; idle: memory alone")
    parser.add_argument("--subjects", default=",".join(BY_DEFAULT),
                        help=f"of {', '.join(SUBJECTS)}; the first one is haproxy")
    parser.add_argument("--other", action="append", default=[], metavar="NAME=DIRECTORY")
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args()


def main():
    options = read_options()
    programs = dict.fromkeys(options.subjects.split(","))
    programs.update(other.split("=", 1) for other in options.other)
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(Network())
        subjects = make_subjects(network, programs, options, "bench", 11)
        print(f"{os.cpu_count()} processors, {options.threads} thread(s) each, nothing pinned, "
              f"{options.rounds} rounds of {options.seconds} s")
        results = measure_loads(subjects, options)
        idle = measure_idle(network, programs, options) if options.only in ("", "idle") else {}
        show(results, idle)
        wait_until(lambda: all(subject.alive for subject in subjects), 1, "all subjects alive")
        if options.json:
            options.json.write_text(json.dumps({"loads": results, "idle": idle}, indent=1))


if __name__ == "__main__":
    main()
