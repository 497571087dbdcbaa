"""What one probe saw, and what many of them say about an outage. Pure: no clock, no socket."""
from typing import NamedTuple, Optional

TIMEOUT_MS = 1000  # an attempt is given up then: a lost SYN, sent again after 1 s, counts as failed
QUICK_MS = 100     # an answer later than that is as good as none
RUN_MS = 200       # nothing but good attempts for so long means that the service is back


class Attempt(NamedTuple):
    """A new TCP connection with one request on it. Times in ms of the monotonic clock."""
    start: float
    end: float
    result: str  # "200", "503", ... or "refused", "reset", "timeout", "eof", "unreachable"
    body: str    # which backend answered

    @property
    def good(self):
        return self.result == "200" and self.end - self.start <= QUICK_MS


class Outage(NamedTuple):
    """What new connections saw of one fault.

    `served_after` is what the tables print: from the fault to the first answer that begins an
    unbroken run of good attempts. To the answer, not to the start of that attempt: one that
    waited in a queue through the whole outage must not shorten it.
    """
    first_bad: Optional[float]      # start of the first failed or slow one; None: none was
    served_again: Optional[float]   # end of the first answer of the run; None: no outage
    served_after: float             # ms from the fault to served_again; 0: no outage
    failed: int                     # attempts that failed or were slow until then
    late_failures: int              # further ones after the run: a flap
    results: dict                   # how they failed: {"timeout": 51}


def find_outage(attempts, fault_ms):
    """None while the service is not back yet. `attempts` must be complete up to its last start."""
    attempts = sorted(attempts)
    bad = [a for a in attempts if not a.good and a.end >= fault_ms]
    if not bad:
        return Outage(None, None, 0.0, 0, 0, {})
    run = []
    for attempt in (a for a in attempts if a.start > bad[0].start and a.end >= fault_ms):
        run = [*run, attempt] if attempt.good else []
        if run and run[-1].start - run[0].start >= RUN_MS:
            break
    else:
        return None
    before = [a for a in bad if a.start < run[0].start]
    results = {}
    for attempt in before:
        kind = "slow" if attempt.result == "200" else attempt.result
        results[kind] = results.get(kind, 0) + 1
    served_again = min(a.end for a in run)
    return Outage(bad[0].start, served_again, max(0.0, served_again - fault_ms), len(before),
                  len(bad) - len(before), results)
