#!/usr/bin/python3
"""How long new connections are not served: wslb beside Keepalived + HAProxy, same lab, same faults.

    ./dev bench failover [--rounds N] [--only wslb|keepalived] [--advert MS] [--json FILE]

For each pair and fault, N rounds: wait until everything is steady, wait a random part of an advert
interval (so that the fault meets every phase), inject the fault into the active host, measure,
restore. "served again" is the time from the fault to the first answer of an unbroken run of good
ones, seen by a third host that opens a new connection every 5 ms (tests/lab/attempt.py has the
exact definition). "two owners" is for how long that host's neighbour saw two hosts answer ARP for
the VIP. Both pairs have the same priorities, interval, backends and no preemption.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tests.lab.bed import Bed  # noqa: E402
from tests.lab.keepalived import KeepalivedPair  # noqa: E402
from tests.lab.pair import WslbPair  # noqa: E402

PAIRS = {"wslb": WslbPair, "keepalived": KeepalivedPair}
SCENARIOS = {  # method of Pair: what is printed
    "power_off": "power cut",
    "stop_cleanly": "clean stop",
    "fail_over": "planned failover",
    "kill_proxy": "proxy killed for good",
}
# What issue 2 asks of wslb at advert 100 ms: medians, in ms.
LIMITS_MS = {"power_off": 450, "stop_cleanly": 60, "fail_over": 60, "kill_proxy": 60}


def run_round(bed, scenario, advert_ms):
    active = bed.pair.wait_settled()
    bed.prober.wait_steady()
    bed.prober.forget(time.monotonic() * 1000 - 5000)
    bed.watcher.forget(time.monotonic() * 1000 - 5000)
    time.sleep(random.uniform(0, advert_ms) / 1000)
    fault = getattr(bed.pair, scenario)(active)
    outage = bed.prober.wait_outage(fault)
    result = {"served_after_ms": round(outage.served_after, 1), "failed": outage.failed,
              "late_failures": outage.late_failures, "results": outage.results,
              "two_owners_ms": round(bed.watcher.double_ms(fault - 1000), 1)}
    bed.pair.restore(active)
    return result


def measure(kind, scenario, rounds, advert_ms):
    """[round, ...] of one pair, which lives through all of them."""
    results = []
    with Bed(lambda network, apps: PAIRS[kind](network, apps, advert_ms=advert_ms)) as bed:
        for number in range(rounds):
            done = run_round(bed, scenario, advert_ms)
            results.append(done)
            print(f"  {kind:<10} {SCENARIOS[scenario]:<22} {number + 1:>2}/{rounds}  served "
                  f"again {done['served_after_ms']:7.1f} ms   two owners "
                  f"{done['two_owners_ms']:.1f} ms", file=sys.stderr, flush=True)
        wrong = bed.pair.stop()
    if wrong:
        raise RuntimeError("\n".join(wrong))
    return results


def summary(rounds):
    times = [r["served_after_ms"] for r in rounds]
    return {"median": statistics.median(times), "min": min(times), "max": max(times),
            "two_owners_max": max(r["two_owners_ms"] for r in rounds),
            "late_failures": sum(r["late_failures"] for r in rounds)}


def table(results, scenarios):
    """One row per scenario and pair; the ratio is the other pair's median over wslb's."""
    yield (f"{'fault':<22} {'pair':<11} {'median':>8} {'min':>8} {'max':>8}   "
           f"{'two owners':>10}   {'ratio':>6}")
    for scenario in scenarios:
        sums = {kind: summary(results[kind][scenario]) for kind in results}
        for kind, one in sums.items():
            ours = sums.get("wslb", {}).get("median")
            ratio = f"{one['median'] / ours:5.2f}x" if ours else ""
            flaps = f"  {one['late_failures']} late failures" if one["late_failures"] else ""
            yield (f"{SCENARIOS[scenario]:<22} {kind:<11} {one['median']:8.1f} {one['min']:8.1f} "
                   f"{one['max']:8.1f}   {one['two_owners_max']:10.1f}   {ratio:>6}{flaps}")


def misses(results, scenarios):
    for scenario in scenarios if "wslb" in results else ():
        median = summary(results["wslb"][scenario])["median"]
        if median >= LIMITS_MS[scenario]:
            yield (f"{SCENARIOS[scenario]}: median {median:.1f} ms, the limit is "
                   f"{LIMITS_MS[scenario]} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=PAIRS)
    parser.add_argument("--scenario", choices=SCENARIOS, action="append")
    parser.add_argument("--advert", type=int, default=100, metavar="MS")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    scenarios = options.scenario or list(SCENARIOS)
    kinds = [options.only] if options.only else list(PAIRS)
    load = os.getloadavg()[0]
    if load > os.cpu_count():
        print(f"warning: this machine is busy (load average {load:.1f}), which the figures will "
              "show", file=sys.stderr)
    results = {kind: {} for kind in kinds}
    for scenario in scenarios:  # one pair right after the other: both meet the same machine
        for kind in kinds:
            results[kind][scenario] = measure(kind, scenario, options.rounds, options.advert)
    print(f"New connections served again after, in ms; {options.rounds} rounds, advert "
          f"{options.advert} ms, priorities 200/199, version 3; {os.cpu_count()} processors, load "
          f"average {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end")
    print(*table(results, scenarios), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(
            {"advert_ms": options.advert, "rounds": results,
             "summary": {kind: {s: summary(results[kind][s]) for s in scenarios}
                         for kind in kinds}}, indent=1))
    missed = list(misses(results, scenarios)) if options.advert == 100 else []
    print(*missed, sep="\n", end="\n" if missed else "")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
