"""Half a minute of ./dev chaos. Not in ./dev test: what a proxy tells an agent that was stopped
counts as made when the agent goes on, so now and then an older server wins over a newer one."""
import pytest

from tests.chaos.sticky import run

pytestmark = [pytest.mark.alone, pytest.mark.long]


def test_no_session_is_lost_that_need_not_be():
    lines, good = run(30, seed=5, rate=100, tunnels=40)
    print(*lines, sep="\n")
    assert good, "\n".join(lines)
