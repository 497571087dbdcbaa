"""A power cut of the active host while clients make sessions, and which of them the other host does
not know."""
from typing import NamedTuple

from .clock import now_ms, wait_until
from .configuration import VIP
from .sessions import Sessions

LOAD_MS = 1500


class PowerCut(NamedTuple):
    answered: int  # sessions, before the cut
    last_ms: float  # before the cut, the youngest of them
    lost_ms: list   # likewise, those that the other host does not know


def cut_power_under_load(bed, active, rate, name):
    """`name`: of this round's sessions."""
    pair = bed.pair
    other = pair.other(active)
    sessions = Sessions(bed.client, VIP, rate, returning=0, name=name)
    begin = now_ms()
    wait_until(lambda: now_ms() > begin + LOAD_MS, 10, "some load")
    fault = pair.power_off(active)
    sessions.stop()
    pair.wait_active(other)
    known = pair.table(other)
    ages = {use.key: fault - use.done for use in sessions.new_uses()
            if use.kind == "use" and use.done < fault}
    assert ages, "no session was made"
    lost = [age for key, age in ages.items() if key not in known]
    return PowerCut(len(ages), min(ages.values()), lost)
