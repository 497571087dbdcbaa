#!/usr/bin/python3
"""How long new connections are not served: wslb beside Keepalived + HAProxy, same lab, same faults.

    ./dev bench failover [--advert MS | --all] [--rounds N] [--scenario S] [--only PAIR] [--json F]

The pairs live side by side and take turns, round by round, so that they meet the same machine;
while it is one's turn, nobody probes the other. A round: wait until everything is steady, inject
the fault into the active host, measure, restore. The fault of round i of N comes at the phase
(i + 0.5) / N of the advert interval, counted from an advert that was seen on the wire: so all
pairs meet the same phases, and all phases.

"served again" is the time from the fault to the first answer of an unbroken run of good ones,
seen by a third host that opens a new connection every 5 ms, at adverts of 10 ms every 1 ms
(tests/lab/attempt.py has the exact definition). "two owners" is for how long that host's neighbour
saw two hosts answer ARP for the VIP. All pairs have the same priorities (200 and 199), interval,
backends and no preemption. "keepalived" notices a dead HAProxy by its fastest script check (each
second, the first failure counts), "keepalived-ev" by kernel events (`track_process`).
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

from tests.lab.bed import Bed  # noqa: E402
from tests.lab.clock import now_ms, wait_until  # noqa: E402
from tests.lab.keepalived import KeepalivedPair  # noqa: E402
from tests.lab.pair import WslbPair  # noqa: E402

PAIRS = {
    "wslb": WslbPair,
    "keepalived": lambda *network, **options: KeepalivedPair(*network, track="script", **options),
    "keepalived-ev": KeepalivedPair,
}
SCENARIOS = {  # method of Pair: what is printed
    "power_off": "power cut",
    "stop_cleanly": "clean stop",
    "fail_over": "planned failover",
    "kill_proxy": "proxy killed for good",
}
ADVERTS_MS = (1000, 100, 10)
# wslb's median may be so much of "keepalived"'s, and so many ms at that advert interval.
SHARES = {"power_off": 1.0, "stop_cleanly": 0.5, "kill_proxy": 0.1}
LIMITS_MS = {(100, "power_off"): 450, (100, "stop_cleanly"): 60, (100, "fail_over"): 60,
             (100, "kill_proxy"): 60, (10, "power_off"): 35}


def probe_ms(advert_ms):
    return 1 if advert_ms < 50 else 5


def wait_for_phase(watcher, advert_ms, phase):
    """Until `phase` of an interval has passed since an advert. -> ms by which it became late"""
    begin = now_ms()
    wait_until(lambda: watcher.seen(begin, "advert"), 5 + advert_ms / 1000 * 3, "an advert", 0.001)
    target = watcher.seen(begin, "advert")[-1].at + advert_ms * phase
    while target < now_ms() + 1:
        target += advert_ms
    time.sleep(max(0.0, target - now_ms() - 1) / 1000)
    while now_ms() < target:
        pass
    return now_ms() - target


def run_round(bed, scenario, advert_ms, phase):
    bed.watch()
    bed.probe(probe_ms(advert_ms))
    active = bed.pair.wait_settled()
    bed.prober.wait_steady()
    late = wait_for_phase(bed.watcher, advert_ms, phase)
    fault = getattr(bed.pair, scenario)(active)
    outage = bed.prober.wait_outage(fault)
    result = {"served_after_ms": round(outage.served_after, 1), "failed": outage.failed,
              "late_failures": outage.late_failures, "results": outage.results,
              "two_owners_ms": round(bed.watcher.double_ms(fault - 1000), 1),
              "phase": round(phase, 3), "late_ms": round(late, 2)}
    bed.dismiss_witnesses()
    bed.pair.restore(active)
    return result


def measure(kinds, scenario, rounds, advert_ms):
    """{pair: [round, ...]}; each pair lives through all of its rounds."""
    results = {kind: [] for kind in kinds}
    with contextlib.ExitStack() as stack:
        beds = {kind: stack.enter_context(
            Bed(lambda *network, kind=kind: PAIRS[kind](*network, advert_ms=advert_ms),
                probe=False, watch=False)) for kind in kinds}
        for number in range(rounds):
            for kind, bed in beds.items():
                done = run_round(bed, scenario, advert_ms, (number + 0.5) / rounds)
                results[kind].append(done)
                print(f"  {advert_ms:>4} ms  {kind:<13} {SCENARIOS[scenario]:<22} "
                      f"{number + 1:>2}/{rounds}  served again {done['served_after_ms']:7.1f} ms   "
                      f"two owners {done['two_owners_ms']:.1f} ms", file=sys.stderr, flush=True)
        wrong = [line for bed in beds.values() for line in bed.pair.stop()]
    if wrong:
        raise RuntimeError("\n".join(wrong))
    return results


def summary(rounds):
    times = [r["served_after_ms"] for r in rounds]
    return {"median": statistics.median(times), "min": min(times), "max": max(times),
            "two_owners_max": max(r["two_owners_ms"] for r in rounds),
            "late_failures": sum(r["late_failures"] for r in rounds)}


def table(sums):
    """One row per scenario and pair; the ratio is the other pair's median over wslb's."""
    yield (f"{'fault':<22} {'pair':<14} {'median':>8} {'min':>8} {'max':>8}   "
           f"{'two owners':>10}   {'ratio':>6}")
    for scenario, by_kind in sums.items():
        ours = by_kind.get("wslb", {}).get("median")
        for kind, one in by_kind.items():
            ratio = f"{one['median'] / ours:5.2f}x" if ours else ""
            flaps = f"  {one['late_failures']} late failures" if one["late_failures"] else ""
            yield (f"{SCENARIOS[scenario]:<22} {kind:<14} {one['median']:8.1f} {one['min']:8.1f} "
                   f"{one['max']:8.1f}   {one['two_owners_max']:10.1f}   {ratio:>6}{flaps}")


def misses(sums, advert_ms):
    """The limits that were missed. A share is judged to one interval of the prober, which is as
    exact as it knows the time."""
    for scenario, by_kind in sums.items():
        if "wslb" not in by_kind:
            continue
        ours = by_kind["wslb"]["median"]
        limit = LIMITS_MS.get((advert_ms, scenario))
        if limit is not None and ours > limit:
            yield f"{SCENARIOS[scenario]}: median {ours:.1f} ms, the limit is {limit} ms"
        if scenario in SHARES and "keepalived" in by_kind:
            share = SHARES[scenario] * by_kind["keepalived"]["median"]
            if ours > share + probe_ms(advert_ms):
                yield (f"{SCENARIOS[scenario]}: median {ours:.1f} ms, the limit is {share:.1f} ms "
                       f"({SHARES[scenario]} of keepalived's)")


def bench(advert_ms, options):
    """All scenarios at one interval: prints, and returns what goes into the JSON file."""
    load = os.getloadavg()[0]
    results = {}
    for scenario in options.scenario or SCENARIOS:
        kinds = [kind for kind in PAIRS if options.only in (None, kind)
                 and (kind != "keepalived-ev" or scenario == "kill_proxy")]
        results[scenario] = measure(kinds, scenario, options.rounds, advert_ms)
    sums = {scenario: {kind: summary(rounds) for kind, rounds in by_kind.items()}
            for scenario, by_kind in results.items()}
    missed = list(misses(sums, advert_ms))
    print(f"\nNew connections served again after, in ms; {options.rounds} rounds, advert "
          f"{advert_ms} ms, probed every {probe_ms(advert_ms)} ms, priorities 200/199, version 3; "
          f"{os.cpu_count()} processors, load average {load:.1f} at the start, "
          f"{os.getloadavg()[0]:.1f} at the end")
    print(*table(sums), *(f"MISSED {line}" for line in missed), sep="\n", flush=True)
    return {"advert_ms": advert_ms, "rounds": results, "summary": sums, "missed": missed}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", choices=PAIRS)
    parser.add_argument("--scenario", choices=SCENARIOS, action="append")
    parser.add_argument("--advert", type=int, default=100, metavar="MS")
    parser.add_argument("--all", action="store_true", help="adverts of 1 s, 100 ms and 10 ms")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    if os.getloadavg()[0] > os.cpu_count():
        print(f"warning: this machine is busy (load average {os.getloadavg()[0]:.1f}), which the "
              "figures will show", file=sys.stderr)
    done = [bench(advert_ms, options)
            for advert_ms in (ADVERTS_MS if options.all else [options.advert])]
    if options.json:
        options.json.write_text(json.dumps(done, indent=1))
    return 1 if any(one["missed"] for one in done) else 0


if __name__ == "__main__":
    sys.exit(main())
