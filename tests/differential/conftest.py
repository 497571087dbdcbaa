"""The two proxies side by side; needs root, as the lab does."""
import os

import pytest

from .both import Both


def pytest_configure(config):
    config.addinivalue_line("markers", "long: not in ./dev test; ./dev lab tests/differential")


def pytest_collection_modifyitems(items):
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="the lab needs root"))


@pytest.fixture(scope="module")
def both():
    made = Both()
    yield made
    made.close()
