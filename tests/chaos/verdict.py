"""Which sessions were lost, and which of them had to be. Pure: no clock, no socket.

A session is kept if each of its requests reaches the server that answered the one before. It may be
lost, by design, only if nobody else can have known of it when its proxy went:

- "cut off": the hosts could not talk when it was answered, and still could not when the client came
  back to the other host, or to a proxy that had died meanwhile.
- "both died": proxy and agent of the host that answered died before the other one had been told;
  that takes no longer than BOUND_MS where the link is up. Where both died at once this excuses the
  other host alone: theirs has it on disk.
- "died young": the proxy died, or was stopped and then died, within BOUND_MS after it had answered,
  before it had told its agent.
- "unanswered": the hosts could not talk, and a request without an answer may have been answered by
  another server in the meantime.
"""
import bisect
import collections
from typing import NamedTuple

BOUND_MS = 100


class Window(NamedTuple):
    """While the two hosts did not have the same entries, as far as one knows from outside."""
    begin: float
    end: float


class Death(NamedTuple):
    at: float
    address: str  # of the host
    both: bool    # neither its proxy nor its agent lived, or had everything
    kind: str = "proxy"
    silent: float = 0  # since when it had not run; 0: it ran
    written: bool = False  # its agent ran until that moment, so it had written everything down


class Loss(NamedTuple):
    key: str
    before: tuple  # the Use that was answered before,
    after: tuple   # and the one that another server answered


class Verdict:
    def __init__(self):
        self.answered = self.failed = self.returned = self.moved = 0
        self.lost = []                       # Loss, without excuse
        self.by_design = collections.Counter()
        self.oldest_ms = 0.0                 # of those that died young though the link was up


class _Session:
    def __init__(self, use):
        self.last = use
        self.failed = False  # a request since then was not answered


def judge(uses, windows, deaths):
    """`uses` in any order, `windows` in theirs."""
    verdict, sessions = Verdict(), {}
    begins = [window.begin - BOUND_MS for window in windows]

    def window_of(at):
        index = bisect.bisect_right(begins, at) - 1
        return windows[index] if index >= 0 and at <= windows[index].end else None

    for use in sorted(uses, key=lambda one: one.done):
        session = sessions.get(use.key)
        if use.kind == "fail":
            verdict.failed += 1
            if session:
                session.failed = True
        if use.kind in ("fail", "lost"):
            continue
        verdict.answered += 1
        if session:
            verdict.returned += 1
            verdict.moved += session.last.via != use.via
            if session.last.app != use.app:
                loss = Loss(use.key, session.last, use)
                window = window_of(session.last.done)
                excuse = excuse_for(loss, window, deaths, session.failed)
                if excuse is None:
                    verdict.lost.append(loss)
                else:
                    verdict.by_design[excuse] += 1
                    verdict.oldest_ms = max(verdict.oldest_ms, window.begin - loss.before.done)
        sessions[use.key] = _Session(use)
    return verdict


def excuse_for(loss, window, deaths, was_unanswered):
    """None: there is none."""
    before, after = loss.before, loss.after
    if window is None:
        return None
    mine = [death for death in deaths
            if death.address == before.via and before.sent <= death.at <= after.done]
    if any(death.both and death.at <= window.end and
           not (death.written and after.via == before.via) for death in mine):
        return "both died"
    if any(death.kind == "proxy" and (death.silent or death.at) - before.done <= BOUND_MS
           for death in mine):
        return "died young"
    if after.sent <= window.end and (after.via != before.via or mine):
        return "cut off"
    return "unanswered" if was_unanswered else None


def differences(tables):
    """Of two {key: server}: keys that one alone has, and those with different servers."""
    one, other = tables
    return (sorted(one.keys() ^ other.keys()),
            sorted(key for key in one.keys() & other.keys() if one[key] != other[key]))
