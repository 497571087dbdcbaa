"""Sessions that were answered some time before a power cut are known to the other host."""
import contextlib

import pytest

from .bed import Bed
from .power_cut import cut_power_under_load
from .sticky_pair import StickyPair

pytestmark = pytest.mark.alone

BOUND_MS = 100


@pytest.fixture
def bed():
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(Bed(StickyPair, probe=False, watch=False))


def test_sessions_older_than_the_bound_outlive_a_power_cut(bed):
    for turn in range(3):
        active = bed.pair.wait_settled()
        bed.pair.wait_connected()
        cut = cut_power_under_load(bed, active, rate=200, name=f"round{turn}-")
        oldest = max(cut.lost_ms, default=0)
        print(f"{cut.answered} sessions, the last one {cut.last_ms:.1f} ms before the cut, "
              f"{len(cut.lost_ms)} lost, the oldest of them {oldest:.1f} ms before it")
        assert oldest < BOUND_MS
        bed.pair.restore(active)
