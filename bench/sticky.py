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
from tests.lab.wslb import Wslb, binary  # noqa: E402

SECRET = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n"
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
        wait_until(lambda: min(map(entries, hosts)) >= options.entries, 60, "all everywhere")
        for wslb, before in zip(hosts, empty):
            each = (resident_kb(wslb.agent) - before) * 1024 / entries(wslb)
            print(f"{wslb.host.name}: {each:.0f} bytes of memory an entry in the agent")
        hosts[1].agent.kill()
        (hosts[1].run_dir / "sticky-tables").unlink(missing_ok=True)
        begun = time.monotonic()
        hosts[1].start_agent()
        wait_until(lambda: entries(hosts[1]) >= options.entries, 120, "a resync", 0.05)
        print(f"an agent that has nothing has {entries(hosts[1])} entries again after "
              f"{time.monotonic() - begun:.1f} s, its start included")
        for wslb in hosts:
            wslb.agent.stop()


if __name__ == "__main__":
    main()
