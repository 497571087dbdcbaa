"""Half a minute of ./dev chaos."""
import pytest

from tests.chaos.sticky import run

pytestmark = pytest.mark.alone


def test_no_session_is_lost_that_need_not_be():
    lines, good = run(30, seed=5, rate=100, tunnels=40)
    print(*lines, sep="\n")
    assert good, "\n".join(lines)
