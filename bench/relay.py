#!/usr/bin/python3
"""What relaying costs: wslb-proxy beside HAProxy and nginx, in the same run on the same machine.

    ./dev bench relay [--rounds N] [--seconds S] [--threads N] [--only LOAD] [--json FILE]

The proxies, one backend and the clients live in one network namespace and talk over loopback. The
proxies take turns within each round, so that they meet the same machine; figures are medians of the
rounds. "cpu" is what the proxy's threads used (the kernel's work on their behalf included) for one
operation, "machine" what all processors were busy with meanwhile, kernel threads, clients and
backend included. Nothing is pinned; nothing else should run. An idle tunnel's memory is what the
proxy's resident memory grew by, after one message in each tunnel and ten quiet seconds.
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

from tests.lab.clock import wait_until  # noqa: E402
from tests.lab.network import Network  # noqa: E402
from tests.lab.wslb import binary  # noqa: E402

BACKEND = 9000
PORTS = {"haproxy": 9001, "nginx": 9002, "wslb": 9003}
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

HAPROXY = """global
    nbthread {threads}
    maxconn 9500

defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h

frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    server app 127.0.0.1:{backend}
"""
NGINX = """daemon off;
pid {directory}/nginx.pid;
error_log stderr;
worker_processes {threads};
worker_rlimit_nofile 20000;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_body_temp_path {directory};
    proxy_temp_path {directory};
    fastcgi_temp_path {directory};
    uwsgi_temp_path {directory};
    scgi_temp_path {directory};
    keepalive_requests 1000000000;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    upstream app {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""


def command(kind, directory, threads):
    text = (NGINX if kind == "nginx" else HAPROXY).format(
        port=PORTS[kind], backend=BACKEND, threads=threads, directory=directory)
    file = directory / f"{kind}.conf"
    file.write_text(text)
    if kind == "nginx":
        return ["nginx", "-c", file]
    return [binary("wslb-proxy") if kind == "wslb" else "haproxy", "-f", file, "-db"]


def family(pid):
    """The process and its children."""
    pids = [pid]
    for one in pids:
        for children in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            pids += map(int, children.read_text().split())
    return pids


def cpu_s(process):
    nanoseconds = 0
    for pid in family(process.pid):
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            nanoseconds += int(task.read_text().split()[0])
    return nanoseconds / 1e9


def resident_bytes(process):
    pages = sum(int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
                for pid in family(process.pid))
    return pages * os.sysconf("SC_PAGE_SIZE")


def machine_s():
    user, nice, system, _, _, irq, softirq, *_ = map(
        int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


class Load:
    """The clients of one proxy: connected until the block ends."""

    def __init__(self, host, kind, mode, connections, size):
        self.process = host.spawn(binary("relay_load"), mode, PORTS[kind], connections, size,
                                  name=f"load-{kind}", pipes=True)
        if self._line() != "ready":
            raise RuntimeError(f"{kind}, {mode}: {self.process.text()}")

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


def window(proxy, load, seconds):
    """CPU in microseconds for one operation: of the proxy, of the machine."""
    load.run(0.3)
    before, machine_before = cpu_s(proxy), machine_s()
    result = load.run(seconds)
    return {"cpu": (cpu_s(proxy) - before) / result["done"] * 1e6,
            "machine": (machine_s() - machine_before) / result["done"] * 1e6,
            "p50": result["p50"], "p99": result["p99"]}


def measure_loads(host, proxies, options):
    rounds = {name: {kind: [] for kind in proxies} for name in LOADS}
    for _ in range(options.rounds):
        for name, (mode, connections, size, _bar) in LOADS.items():
            if options.only not in name:
                continue
            for kind, proxy in proxies.items():
                with Load(host, kind, mode, connections, size) as load:
                    rounds[name][kind].append(window(proxy, load, options.seconds))
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {name: {kind: {what: statistics.median(one[what] for one in windows)
                          for what in windows[0]} for kind, windows in kinds.items()}
            for name, kinds in rounds.items() if all(kinds.values())}


def measure_idle(host, proxies):
    figures = {}
    for kind, proxy in proxies.items():
        before = resident_bytes(proxy)
        with Load(host, kind, "echo", IDLE_TUNNELS, 64) as load:
            load.run(0)
            time.sleep(10)  # the quiet that is asked for
            figures[kind] = (resident_bytes(proxy) - before) / IDLE_TUNNELS
    return figures


def show(results, idle):
    print(f"{'':30} {'':8} {'cpu us':>8} {'ratio':>6} {'machine us':>11} {'ratio':>6} "
          f"{'p50 ms':>8} {'p99 ms':>8}  bar")
    for name, kinds in results.items():
        base = kinds["haproxy"]
        for kind, one in kinds.items():
            bar = f"<= {LOADS[name][3]}" if kind == "wslb" else ""
            print(f"{name:30} {kind:8} {one['cpu']:8.2f} {one['cpu'] / base['cpu']:6.2f} "
                  f"{one['machine']:11.2f} {one['machine'] / base['machine']:6.2f} "
                  f"{one['p50']:8.2f} {one['p99']:8.2f}  {bar}")
    for kind, size in idle.items():
        bar = f"<= {IDLE_SHARE}" if kind == "wslb" else ""
        print(f"{'memory of an idle tunnel, B':30} {kind:8} {size:8.0f} "
              f"{size / idle['haproxy']:6.2f} {'':36}  {bar}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default="", help="loads with this in their names")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(Network())
        host = network.add_host("bench", "10.77.0.11")
        host.spawn(binary("relay_backend"), BACKEND)
        proxies = {kind: host.spawn(*command(kind, host.directory, options.threads), name=kind)
                   for kind in PORTS}
        for port in (BACKEND, *PORTS.values()):
            host.wait_listening(port)
        print(f"{os.cpu_count()} processors, {options.threads} thread(s) each, nothing pinned, "
              f"{options.rounds} rounds of {options.seconds} s")
        results = measure_loads(host, proxies, options)
        idle = {} if options.only else measure_idle(host, proxies)
        show(results, idle)
        wait_until(lambda: all(proxy.alive for proxy in proxies.values()), 1, "all proxies alive")
        if options.json:
            options.json.write_text(json.dumps({"loads": results, "idle": idle}, indent=1))


if __name__ == "__main__":
    main()
