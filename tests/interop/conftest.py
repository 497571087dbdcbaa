"""Fixtures of the interoperation tests; they need root, as the lab does."""
import os

import pytest

from tests.lab.network import Network

from .duel import Duel


def pytest_configure(config):
    config.addinivalue_line("markers", "long: not in ./dev test; ./dev lab tests/interop -m long")


def pytest_collection_modifyitems(items):
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="the lab needs root"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        item.failed = True


@pytest.fixture
def network():
    with Network() as made:
        yield made


@pytest.fixture
def make_duel(request):
    """make_duel(foreign, wire, wslb_first) -> Duel; ended and judged after the test."""
    duels = []

    def make(*arguments):
        duels.append(Duel(*arguments))
        return duels[-1]

    yield make
    for duel in duels:
        try:
            wrong = duel.end()
            if wrong or getattr(request.node, "failed", False):
                for log in sorted(duel.network.directory.glob("lb*/*.log")):
                    print(f"--- {log.parent.name}/{log.name}\n{log.read_text()[-6000:]}")
            assert not wrong, "\n".join(wrong)
        finally:
            duel.network.close()
