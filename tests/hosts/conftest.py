"""Fixtures of the tests on whole hosts: two bare machines on which the previous build is deployed,
which is then upgraded under load to the one under test; all other tests are of that pair.

WSLB_DEB is the package under test, WSLB_PREVIOUS_DEB the one before (default: the same under a
lower version), WSLB_BIN has the stream programs of the lab."""
import os
import pathlib
from typing import NamedTuple

import pytest

from tests.lab.clock import now_ms

from . import image
from .pair import Pair
from .playbook import Run

TUNNELS = 100 if image.SANITIZED else 500


def pytest_configure(config):
    config.addinivalue_line("markers", "long: not in ./dev test; ./dev hosts runs it")


def pytest_collection_modifyitems(items):
    here = pathlib.Path(__file__).parent
    for item in items:
        if here in item.path.parents and (os.geteuid() != 0 or "WSLB_DEB" not in os.environ):
            item.add_marker(pytest.mark.skip(reason="needs root and WSLB_DEB: ./dev hosts"))


class Upgrade(NamedTuple):
    run: Run
    outcome: dict  # what became of the tunnels
    moves: int     # of the VIP
    programs: list  # of each machine, the digests of what ran before and after


@pytest.fixture(scope="session")
def bare_pair(tmp_path_factory):
    """Two machines on which nothing of ours is yet."""
    deb = pathlib.Path(os.environ["WSLB_DEB"])
    before = os.environ.get("WSLB_PREVIOUS_DEB") or image.with_version(
        deb, f"{image.version(deb)}~previous", tmp_path_factory.mktemp("previous"))
    made = Pair(deb, before)
    yield made
    made.close()


@pytest.fixture(scope="session")
def deployed(bare_pair):
    """-> first and second run of site.yml."""
    return bare_pair.operator.play("site"), bare_pair.operator.play("site")


@pytest.fixture(scope="session")
def upgraded(bare_pair, deployed):
    assert deployed[0].good, deployed[0].text[-4000:]
    pair = bare_pair
    pair.wait_well()
    flow = pair.flow(TUNNELS)
    since = now_ms()
    before = [pair.pids(machine) for machine in pair]
    flow.mark()
    run = pair.operator.play("upgrade", wslb_package=str(pair.deb))
    after = [pair.pids(machine) for machine in pair]
    return Upgrade(run, flow.end(), pair.moves(since), list(zip(before, after)))


@pytest.fixture
def pair(bare_pair, upgraded):
    """A pair that is well, before the test and after it."""
    assert upgraded.run.good, upgraded.run.text[-4000:]
    bare_pair.wait_well()
    yield bare_pair
    bare_pair.wait_well()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    made = item.funcargs.get("bare_pair") or item.funcargs.get("pair")
    if report.failed and made is not None:
        report.sections.append(("the machines", made.story()))
