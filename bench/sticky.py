#!/usr/bin/python3
"""How fast sticky entries reach the other host, and what one costs in memory.

    ./dev bench sticky [--entries N]

Two agents on two lab hosts, linked by TLS; a program plays both proxies (bench/sticky_load.cpp), so
that the figures are those of the agents and their link: from the change's way into one agent to its
way out of the other. Keys have 32 bytes, and each entry names a server.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tests.lab.clock import wait_until  # noqa: E402
from tests.lab.configuration import DEFAULTS, VIP, cluster_section  # noqa: E402
from tests.lab.network import Network  # noqa: E402
from tests.lab.solo import HAPROXY  # noqa: E402
from tests.lab.stats_socket import Operator  # noqa: E402
from tests.lab.sticky_pair import SECRET  # noqa: E402
from tests.lab.wslb import Wslb, binary  # noqa: E402

NODES = (("lb1", "10.77.0.11"), ("lb2", "10.77.0.12"))


def configuration(secret):
    proxies = f"{DEFAULTS}\nfrontend web\n    bind {VIP}:80\n    http-request deny\n"
    return proxies + cluster_section(NODES, secret_file=secret)


def resident_kb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def entries(wslb):
    status = wslb.status()
    return status["counters"]["sticky/entries"] if status else -1


def connected(wslb):
    status = wslb.status()
    return status is not None and status["peers"][0]["state"] == "connected"


def load(hosts, count, rate):
    done = subprocess.run([binary("sticky_load"), *(wslb.run_dir / "agent.sock" for wslb in hosts),
                           str(count), str(rate)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def show(what, figures):
    print(f"{what}: {figures['arrived']} of {figures['made']} in {figures['seconds']:.1f} s, "
          f"p50 {figures['p50']:.2f} ms, p99 {figures['p99']:.2f} ms, max {figures['max']:.1f} ms, "
          f"{figures['behind']} under way when the last one was made", flush=True)


def proxy_bytes(network, kind, count=200000):
    """Of memory that an entry of `stick on` costs a proxy, filled through its stats socket."""
    host = next(iter(network.hosts.values()))
    path = host.directory / f"{kind}.sock"
    file = host.directory / f"{kind}.cfg"
    file.write_text(DEFAULTS.replace("global", f"global\n    stats socket {path} level admin", 1) +
                    "\nfrontend web\n    bind 127.0.0.1:8099\n    default_backend app\n\n"
                    "backend app\n"
                    "    stick-table type string len 33 size 2m expire 1h\n    stick on hdr(x)\n"
                    "    server app1 127.0.0.1:9\n")
    program = HAPROXY if kind == "haproxy" else binary("wslb-proxy")
    process = host.spawn(program, "-f", file, "-db", name=kind)
    operator = Operator(path)
    for step in range(2):  # the first lets the heap and the pools have what they need anyway
        before = resident_kb(process)
        for first in range(0, count, 50):
            keys = (f"{step}-{number:030}" for number in range(first, first + 50))
            operator.ask(";".join(f"set table app key {key} data.server_id 1" for key in keys))
    grown = resident_kb(process) - before
    assert f"used:{2 * count}" in operator.ask("show table"), operator.ask("show table")
    process.dispose()
    return grown * 1024 / count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1000000)
    options = parser.parse_args()
    with Network() as network:
        secret = network.directory / "cluster.key"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        hosts = [Wslb(network.add_host(name, address), configuration(secret))
                 for name, address in NODES]
        for wslb in hosts:
            wslb.start_agent()
        wait_until(lambda: all(connected(wslb) for wslb in hosts), 10, "the agents connected")
        empty = [resident_kb(wslb.agent) for wslb in hosts]
        show("1,000 new entries a second", load(hosts, 20000, 1000))
        show("50,000 a second", load(hosts, options.entries, 50000))
        total = options.entries + 20000
        wait_until(lambda: min(map(entries, hosts)) >= total, 60, "all everywhere")
        for wslb, before in zip(hosts, empty):
            each = (resident_kb(wslb.agent) - before) * 1024 / entries(wslb)
            print(f"{wslb.host.name}: {each:.0f} bytes of memory an entry in the agent")
        hosts[1].agent.kill()
        (hosts[1].run_dir / "sticky-tables").unlink(missing_ok=True)
        begun = time.monotonic()
        hosts[1].start_agent()
        wait_until(lambda: entries(hosts[1]) >= total, 120, "a resync", 0.05)
        print(f"an agent that has nothing has {entries(hosts[1])} entries again after "
              f"{time.monotonic() - begun:.1f} s, its start included")
        for wslb in hosts:
            wslb.agent.stop()
        for kind in ("haproxy", "wslb-proxy"):
            print(f"{kind}: {proxy_bytes(network, kind):.0f} bytes of memory an entry")


if __name__ == "__main__":
    main()
