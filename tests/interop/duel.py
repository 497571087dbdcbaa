"""wslb and somebody else's router share a VIP. Both orders of each story: `first` is active in the
beginning, `second` is its backup. All that is asserted was seen from outside: answers for the VIP
and adverts, by a third host; addresses on the two hosts.
"""
import ipaddress

from tests.lab.clock import now_ms, wait_until
from tests.lab.network import Network
from tests.lab.watcher import Watcher

from .wslb_router import WslbRouter

MARGIN_MS = 250   # for a busy machine and sanitizers; the RFC's bounds come on top
ANSWER_MS = 500   # from "I am active" to the first answer for the VIP
OVERLAP_MS = 100  # two owners while a take-over is under way
LEASE_MS = 1200   # what a killed wslb-agent leaves behind is gone by then
WATCH_MS = 10
ADDRESSES = {"lb1": "10.77.0.11", "lb2": "10.77.0.12"}


class Duel:
    def __init__(self, foreign, wire, wslb_first):
        """`foreign`: class of the other router."""
        self.wire = wire
        self.network = Network()
        try:
            hosts = [self.network.add_host(name, at) for name, at in ADDRESSES.items()]
            observer = self.network.add_host("observer", "10.77.0.32")
            kinds = [WslbRouter, foreign] if wslb_first else [foreign, WslbRouter]
            self.first = kinds[0](hosts[0], hosts[1], wire)
            self.second = kinds[1](hosts[1], hosts[0], wire)
            names = {**self.first.names(), **self.second.names()}
            self.watcher = Watcher(observer, wire.vip, names, WATCH_MS)
        except BaseException:
            self.network.close()
            raise

    def begin(self, first_priority=200, second_priority=150, preempt=False):
        self.first.start(first_priority, second_priority, preempt)
        self._wait(self.first, "active")
        self.second.start(second_priority, first_priority, preempt)
        self._wait(self.second, "backup")
        self.assert_one_owner(self.first)

    def adverts(self, router, since_ms, until_ms=float("inf")):
        source = router.source()
        return [seen for seen in self.watcher.seen(since_ms, "advert")
                if seen.source == source and seen.at < until_ms]

    def other(self, router):
        return self.second if router is self.first else self.first

    @staticmethod
    def _wait(router, *states, timeout_s=15):
        wait_until(lambda: router.state() in states, timeout_s,
                   f"{router.kind} is {' or '.join(states)}", 0.03)

    def assert_one_owner(self, owner, settle_ms=2000):
        """The owner alone answers and advertises, as often as it should and to the letter."""
        name, other = owner.host.name, self.other(owner)
        wait_until(lambda: self.watcher.owners(8 * WATCH_MS) == {name}, settle_ms / 1000,
                   f"{owner.kind} on {name} alone answers for the VIP", 0.02)
        begin, long_ms = now_ms(), 3.5 * self.wire.advert_ms
        if other.host.connected or self.wire.transport == "multicast":
            wait_until(lambda: len(self.adverts(owner, begin)) >= 3, (long_ms + MARGIN_MS) / 1000,
                       f"{owner.kind} advertises", 0.02)
        else:  # unicast to a dead host: nobody answers ARP for it, so nothing gets on the wire
            wait_until(lambda: now_ms() > begin + long_ms, 10, "three intervals", 0.02)
        assert not self.adverts(other, begin), f"{other.kind} advertises as well"
        assert self.watcher.owners(now_ms() - begin) == {name}
        assert owner.owns() and not (other.host.connected and other.owns())
        for advert in self.adverts(owner, begin):
            self.wire.check(advert, other.host)

    def assert_taken_over(self, fault_ms, priority):
        """By `second`, not before three intervals nor after the RFC's time after the last advert
        of `first`."""
        wire = self.wire
        bound = wire.down_ms(priority)
        wait_until(lambda: self.adverts(self.second, fault_ms), (bound + MARGIN_MS) / 1000 + 1,
                   f"{self.second.kind} takes over")
        took = self.adverts(self.second, fault_ms)[0].at
        last = self.adverts(self.first, 0, fault_ms + OVERLAP_MS)[-1].at
        assert 3 * wire.advert_ms - 5 <= took - last <= bound + MARGIN_MS, (took - last, bound)
        self.assert_answers(self.second, took)

    def assert_answers(self, router, since_ms):
        """Soon after it said that it is active."""
        name = router.host.name
        wait_until(lambda: name in self.watcher.owners(8 * WATCH_MS), 2, f"{name} answers")
        begin = min(span.begin for span in self.watcher.spans(since_ms - OVERLAP_MS)
                    if span.owner == name)
        assert begin - since_ms <= ANSWER_MS, f"{name} answers {begin - since_ms} ms later"

    def assert_returned_as_backup(self):
        """`first` has been started again and lets `second` be."""
        begin = now_ms()
        self._wait(self.first, "backup")
        self.assert_one_owner(self.second)
        assert not self.adverts(self.first, begin)
        assert self.first.state() == "backup" and self.second.state() == "active"

    def clean_stop(self):
        self.begin()
        fault = now_ms()
        self.first.stop()
        wait_until(lambda: self.adverts(self.second, fault), 5, "the backup takes over")
        farewell = self.adverts(self.first, fault)[-1]
        assert farewell.priority == 0
        took = self.adverts(self.second, fault)[0].at
        assert 0 <= took - farewell.at <= self.wire.skew_ms(150) + MARGIN_MS
        self.assert_answers(self.second, took)
        self.assert_one_owner(self.second)
        assert self.watcher.double_ms(fault) <= OVERLAP_MS
        self.first.start(200, 150, preempt=False)
        self.assert_returned_as_backup()

    def kill(self):
        self.begin()
        fault = now_ms()
        self.first.kill()
        self.assert_taken_over(fault, 150)
        self.first.clean_up_after_kill()
        self.assert_one_owner(self.second)
        if self.first.kind == "wslb":
            last = max(span.end for span in self.watcher.spans() if span.owner == "lb1")
            assert last - fault <= LEASE_MS + MARGIN_MS, "the lease ends it"
        self.first.start(200, 150, preempt=False)
        self.assert_returned_as_backup()

    def power_cut(self):
        self.begin()
        fault = now_ms()
        self.first.host.power_off()
        self.assert_taken_over(fault, 150)
        self.assert_one_owner(self.second)
        self.first.host.power_on()
        self.first.start(200, 150, preempt=False)
        self.assert_returned_as_backup()
        assert self.watcher.double_ms(fault) <= OVERLAP_MS

    def higher_returns(self):
        self.begin(200, 100, preempt=True)
        fault = now_ms()
        self.first.host.power_off()
        self.assert_taken_over(fault, 100)
        self.assert_one_owner(self.second)
        self.first.host.power_on()
        returned = now_ms()
        self.first.start(200, 100, preempt=True)
        self._wait(self.first, "backup", "active")
        ready = now_ms()
        wait_until(lambda: self.adverts(self.first, returned), 10, f"{self.first.kind} preempts")
        took = self.adverts(self.first, returned)[0].at
        assert took - ready <= self.wire.down_ms(200) + MARGIN_MS
        self.assert_answers(self.first, took)
        self._wait(self.second, "backup")
        self.assert_one_owner(self.first)
        assert self.watcher.double_ms(fault) <= OVERLAP_MS
        assert not self.adverts(self.second, took + MARGIN_MS)

    def equal_priority(self):
        """The backup is cut off without noticing, so that both are active; then the cut is healed
        and the greater address wins."""
        self.begin(150, 150)
        self.second.host.loss(100)
        self._wait(self.second, "active")
        self.second.host.loss(0)
        healed = now_ms()
        winner = max(self.first, self.second, key=lambda one: ipaddress.ip_address(one.source()))
        loser = self.other(winner)
        self._wait(loser, "backup")
        self.assert_one_owner(winner)
        limit = self.wire.advert_ms + MARGIN_MS
        assert self.watcher.double_ms(healed) <= limit
        assert not self.adverts(loser, healed + limit)
        if winner.kind == "wslb" and self.adverts(loser, healed):
            wait_until(lambda: self.watcher.seen(healed, "garp"), 2, "neighbours are told anew")

    def end(self):
        """Returns what was wrong in the end."""
        return [f"{router.kind}: {line}" for router in (self.first, self.second)
                for line in router.end()]
