#!/usr/bin/python3
"""How young a session may be when its host's power is cut, and still be known to the other host.

    ./dev bench sticky_loss [--rounds N] [--rate N]

Clients make sessions through the active host until its cable is pulled and all its programs are
killed. Then the other host's table says which of those that were answered by then it does not know.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tests.lab.bed import Bed  # noqa: E402
from tests.lab.power_cut import cut_power_under_load  # noqa: E402
from tests.lab.sticky_pair import StickyPair  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--rate", type=float, default=800, help="new sessions a second")
    options = parser.parse_args()
    oldest, lost, answered = [], 0, 0
    with Bed(StickyPair, probe=False, watch=False) as bed:
        for turn in range(options.rounds):
            active = bed.pair.wait_settled()
            bed.pair.wait_connected()
            cut = cut_power_under_load(bed, active, options.rate, f"round{turn}-")
            oldest.append(max(cut.lost_ms, default=0.0))
            lost += len(cut.lost_ms)
            answered += cut.answered
            print(f"round {turn + 1}: {cut.answered} sessions, the last one {cut.last_ms:.2f} ms "
                  f"before the cut; {len(cut.lost_ms)} lost"
                  + (f", the oldest {oldest[-1]:.2f} ms old" if cut.lost_ms else ""), flush=True)
            bed.pair.restore(active)
    oldest.sort()
    print(f"{options.rounds} power cuts, {answered} sessions: {lost} lost, the oldest of a cut "
          f"{oldest[len(oldest) // 2]:.2f} ms old in the middle, {oldest[-1]:.2f} ms at most")


if __name__ == "__main__":
    main()
