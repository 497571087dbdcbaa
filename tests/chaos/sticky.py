#!/usr/bin/python3
"""A pair of hosts under load loses its programs and its links at random moments; afterwards both
have the same sticky entries, and every session still has its server.

    ./dev chaos [--minutes N] [--seed S] [--rate N] [--tunnels N]

Exit code 0: no session was lost but those that verdict.py says had to be.
"""
import argparse
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.chaos.faults import Faults  # noqa: E402
from tests.chaos.step import Step  # noqa: E402
from tests.chaos.supervisor import Supervisor  # noqa: E402
from tests.chaos.verdict import differences, judge  # noqa: E402
from tests.lab.bed import Bed  # noqa: E402
from tests.lab.clock import now_ms, wait_until  # noqa: E402
from tests.lab.configuration import VIP  # noqa: E402
from tests.lab.http_client import HttpClient  # noqa: E402
from tests.lab.sessions import RETURN_MS, Sessions, Use  # noqa: E402
from tests.lab.sticky_pair import StickyPair  # noqa: E402

TICK_S = 0.02
LOOK_S = 0.15
STEP_MAX_S = 30   # after the last fault
PATIENCE_MS = 10_000
CALM_S = 8        # more than two comparisons of digests
EXPIRE_S = 90
# Of an entry that is used again the hosts tell each other when an eighth of its time has passed.
EXPIRING_MS = EXPIRE_S * 1000 / 8 + 3000


class Chaos:
    def __init__(self, bed, seed, rate, tunnels):
        self.bed, self.pair = bed, bed.pair
        self.lot = random.Random(seed)
        self.supervisor = Supervisor(self.pair)
        self.step = Step(self.pair)
        self.faults = Faults(self.pair, self.supervisor, self.step, self.lot)
        self.sessions = Sessions(bed.client, VIP, rate, tunnels)
        self.uses = []
        self.problems = []
        self.keys = self.visited = 0
        self._next_look = 0.0

    def run(self, seconds):
        wait_until(self._gather, 10, "the clients are answered")
        begin = now_ms()
        while now_ms() < begin + 1000 * seconds:
            self._pause(self.lot.choice([0.2, 0.5, 1, 2]) * self.lot.uniform(0.5, 1.5))
            self.faults.strike()
            if self.lot.random() < 0.35:
                self._wait_in_step()
                self._pause(self.lot.uniform(0, 2))
        self.faults.cure(everything=True)
        self._wait_in_step()
        self.seconds = (now_ms() - begin) / 1000
        self.sessions.end_requests()
        self._pause(CALM_S)
        self._compare_tables()
        self._visit_all()
        return self._judge()

    def _tick(self):
        self.faults.cure()
        self.supervisor.look()
        if time.monotonic() > self._next_look:
            self.step.look(not self.faults.in_force and self.supervisor.complete)
            self._next_look = time.monotonic() + LOOK_S
            self._gather()
        time.sleep(TICK_S)

    def _pause(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._tick()

    def _wait_in_step(self):
        end = time.monotonic() + STEP_MAX_S
        while self.step.disturbed and time.monotonic() < end:
            self._tick()
        if self.step.disturbed:
            self.problems.append(f"not in step {STEP_MAX_S} s after the last fault: "
                                 f"{[self.pair[host].status() for host in self.pair.hosts]}")

    def _gather(self):
        self.uses += self.sessions.new_uses()
        return self.uses

    # --- Afterwards -----------------------------------------------------------------------------

    def _homes(self):
        """{key: server} on each host, without what ends within seconds."""
        tables = [self.pair.table(host) for host in self.pair.hosts]
        ending = {key for table in tables for key, line in table.items()
                  if int(line.split("exp=")[1].split()[0]) < EXPIRING_MS}
        return [{key: line.split("server_key=")[1].split()[0] for key, line in table.items()
                 if key not in ending} for table in tables]

    def _compare_tables(self):
        end = time.monotonic() + 5  # clients open and close tunnels
        tables = self._homes()
        while any(differences(tables)) and time.monotonic() < end:
            self._tick()
            tables = self._homes()
        self.keys = len(tables[0])
        alone, different = differences(tables)
        if alone or different:
            self.problems.append(f"{len(alone)} keys on one host alone: {alone[:5]}; "
                                 f"{len(different)} with different servers: {different[:5]}")

    def _visit_all(self):
        """Everybody comes back, to one host and then to the other."""
        self._gather()
        oldest = max(use.done for use in self.uses if use.kind == "use") - RETURN_MS
        self.sessions.stop()
        self._gather()
        keys = {use.key for use in self.uses if use.kind != "fail" and use.done > oldest}
        for turn in range(2):
            active = self.pair.wait_settled()
            if turn > 0:
                self.pair.fail_over(active)
                self.pair.wait_active(self.pair.other(active))
                self.pair.wait_settled()
            self._visit(keys)
            self.visited += len(keys)

    def _visit(self, keys):
        client = None
        for key in sorted(keys):
            sent, answer = now_ms(), None
            while answer is None:
                if now_ms() > sent + PATIENCE_MS:
                    raise TimeoutError(f"no answer for {key}")
                try:
                    if client is None:
                        with self.bed.client.inside():
                            client = HttpClient(VIP, timeout_s=2)
                    answer = client.get(f"/whoami?room={key}")
                except OSError:
                    answer = None
                if answer is None and client is not None:
                    client.close()
                    client = None
            app, _, via = answer.body.decode().split()
            self.uses.append(Use("use", key, sent, now_ms(), app, via))

    def _judge(self):
        verdict = judge(self.uses, self.step.windows, self.supervisor.deaths)
        for loss in verdict.lost[:10]:
            before, after = loss.before, loss.after
            self.problems.append(
                f"lost: {loss.key}: {before.app} by {before.via}, "
                f"{after.done - before.done:.0f} ms later {after.app} by {after.via}; "
                + self.faults.story(before.done, after.done)
                + f"; out of step {self._out_of_step(before.done)}")
        if len(verdict.lost) > 10:
            self.problems.append(f"... {len(verdict.lost)} in all")
        self.problems += self.supervisor.unexpected + self.pair.stop()
        return verdict

    def _out_of_step(self, at):
        return [f"{window.begin - at:+.0f} to {window.end - at:+.0f} ms"
                for window in self.step.windows if window.end > at - 5000][:3]

    def report(self, verdict):
        opened = sum(use.kind == "open" for use in self.uses)
        away = [window.end - window.begin for window in self.step.windows]
        yield (f"{self.seconds:.0f} s, {sum(self.faults.counts.values())} faults: "
               + ", ".join(f"{name} {count}" for name, count in self.faults.counts.most_common()))
        yield (f"{verdict.answered} requests answered, {verdict.failed} not, {opened} tunnels "
               f"opened; {verdict.returned} came back to a session, {verdict.moved} of them by the "
               f"other host")
        yield (f"the hosts were out of step {len(away)} times, for {sum(away) / 1000:.0f} s in all "
               f"and {max(away, default=0) / 1000:.1f} s at most")
        yield (f"sessions lost: {len(verdict.lost)}; by design: "
               + (", ".join(f"{why} {count}" for why, count in verdict.by_design.items()) or "0")
               + (f"; the oldest was answered {verdict.oldest_ms:.1f} ms before its host died"
                  if verdict.oldest_ms > 0 else ""))
        yield (f"afterwards {self.keys} keys on both hosts, {self.visited} visits; digests found "
               f"{sum(self.step.repaired.values())} entries different")
        yield from self.problems


def run(seconds, seed, rate=300, tunnels=200, keep_logs=False):
    """(lines of a report, whether all is well)"""
    with Bed(lambda network, apps: StickyPair(network, apps, expire=f"{EXPIRE_S}s", tunnel="10s"),
             probe=False, keep_logs=keep_logs, watch=False) as bed:
        chaos = Chaos(bed, seed, rate, tunnels)
        try:
            lines = list(chaos.report(chaos.run(seconds)))
        finally:
            chaos.sessions.stop()
        if keep_logs:
            lines.append(f"logs: {bed.network.directory}")
        return lines, not chaos.problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 16))
    parser.add_argument("--rate", type=float, default=300, help="requests a second")
    parser.add_argument("--tunnels", type=int, default=200)
    parser.add_argument("--keep-logs", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    lines, good = run(60 * options.minutes, options.seed, options.rate, options.tunnels,
                      options.keep_logs)
    print(*lines, "kept" if good else "FAILED", sep="\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
