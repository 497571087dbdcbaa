"""Fixtures of the lab's tests. They need root; the programs come from WSLB_BIN or build/bin."""
import os

import pytest

from .bed import Bed
from .configuration import VIP
from .doctor import Doctor
from .keepalived import KeepalivedPair
from .network import Network
from .pair import WslbPair
from .solo import Solo, kind_under_test


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: asserts milliseconds, hence runs alone")
    config.addinivalue_line("markers", "long: not in ./dev test; ./dev lab tests/lab -m long")


def pytest_collection_modifyitems(items):
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="the lab needs root"))


@pytest.fixture
def network():
    with Network() as made:
        yield made


@pytest.fixture(scope="module")
def solo():
    made = Solo()
    yield made
    made.close()


def _pair(network, apps, **cluster):
    if kind_under_test() == "wslb":
        return WslbPair(network, apps, **cluster)
    return KeepalivedPair(network, apps)


@pytest.fixture(scope="module")
def lasting_bed():
    """A pair for all tests of a file, which leave it as it was."""
    with Bed(WslbPair, probe=False, watch=False) as made:
        yield made
        made.pair.stop()


@pytest.fixture
def doctor(lasting_bed):
    """On the backup; after the test the host is all right again."""
    pair = lasting_bed.pair
    made = Doctor(pair, pair.other(pair.wait_settled()))
    made.wait([])
    yield made
    made.host.run("nft", "flush", "ruleset")
    made.wait([])


@pytest.fixture
def make_bed(request):
    """make_bed(**cluster) -> a running Bed; ended and judged after the test."""
    beds = []

    def make(probe=True, **cluster):
        beds.append(Bed(lambda network, apps: _pair(network, apps, **cluster), probe))
        return beds[-1]

    yield make
    for bed in beds:
        try:
            wrong = bed.pair.stop()
            failed = getattr(request.node, "failed", False)
            for log in sorted(bed.network.directory.glob("lb*/*.log")) if failed or wrong else ():
                text = log.read_text(errors="replace")[-4000:]
                print(f"--- {log.parent.name}/{log.name}\n{text}")
            assert not wrong, "\n".join(wrong)
        finally:
            bed.network.close()


@pytest.fixture
def bed(make_bed):
    return make_bed()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        item.failed = True


@pytest.fixture
def vip():
    return VIP
