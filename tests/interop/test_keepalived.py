"""Every cell of the table: wslb beside Debian's Keepalived, each of them active and backup."""
import itertools

import pytest

from tests.lab.adverts import MALFORMED, Forger
from tests.lab.clock import wait_until

from .keepalived_router import KeepalivedRouter
from .wire import Wire

WIRES = [Wire(version, family, transport) for (version, family), transport
         in itertools.product([(2, 4), (3, 4), (3, 6)], ["multicast", "unicast"])]
STORIES = ["clean_stop", "kill", "power_cut", "higher_returns", "equal_priority"]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("order", ["wslb_first", "keepalived_first"])
@pytest.mark.parametrize("wire", WIRES, ids=str)
def test_keepalived(make_duel, wire, order, story):
    duel = make_duel(KeepalivedRouter, wire, order == "wslb_first")
    getattr(duel, story)()


# Keepalived is silent about packets of other VRIDs, also where they are too short to have one.
SILENT = ("another vrid", "vrid 0", "text")


def test_complaints_of_keepalived_are_noticed(network):
    """The counter-test: each packet that it does not like makes the cells above fail."""
    hosts = [network.add_host("lb1", "10.77.0.11"), network.add_host("lb2", "10.77.0.12")]
    forger = Forger(network.add_host("forger", "10.77.0.66"))
    router = KeepalivedRouter(*hosts, Wire(3, 4, "multicast"))
    router.start(200, 100, preempt=False)
    wait_until(lambda: router.state() == "active", 10, "keepalived is active")
    assert not router.complaints()
    for number, flaw in enumerate((flaw for flaw in MALFORMED if flaw not in SILENT), 1):
        forger.send(**MALFORMED[flaw])
        wait_until(lambda: len(router.complaints()) == number, 5, f"a complaint about: {flaw}")
