"""wslb beside FRR's vrrpd, which speaks version 3 by multicast, hashes checksums with the group's
pseudo-header and stays silent to adverts of lower priority."""
import pytest

from .frr_router import FrrRouter
from .wire import Wire


@pytest.mark.parametrize("story", ["clean_stop", "kill", "power_cut", "higher_returns"])
@pytest.mark.parametrize("order", ["wslb_first", "frr_first"])
@pytest.mark.parametrize("family", [4, 6], ids=["ipv4", "ipv6"])
def test_frr(make_duel, family, order, story):
    duel = make_duel(FrrRouter, Wire(3, family, "multicast"), order == "wslb_first")
    getattr(duel, story)()
