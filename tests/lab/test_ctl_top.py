"""`wslbctl top` on a terminal of its own."""
import contextlib
import re
import signal
import termios

import pytest

from .screen import Screen
from .solo import kind_under_test

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")


@pytest.fixture
def pair(make_bed):
    bed = make_bed(probe=False)
    return bed.pair


def plain(frame):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frame).split("\r\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_top_leaves_the_terminal_as_it_was(pair, number):
    wslb = pair[pair.wait_settled()]
    with contextlib.closing(Screen(wslb, "top", "-i", "60")) as screen:
        screen.wait_for("app/app1")
        screen.process.send_signal(number)
        assert screen.end() == 0
        assert screen.text.endswith("\x1b[?25h\x1b[?1049l")
        assert termios.tcgetattr(screen.slave) == screen.before


@pytest.mark.parametrize("keys", [b"q", b"\x03"])
def test_top_redraws_in_place_and_ends_with(pair, keys):
    wslb = pair[pair.wait_settled()]
    with contextlib.closing(Screen(wslb, "top")) as screen:
        screen.wait_for("can take over now")
        screen.wait_for("app/app1")
        screen.wait_frames(4)
        assert screen.text.startswith("\x1b[?1049h\x1b[?25l")
        assert "\x1b[1;32m" in screen.text, "colour on a terminal"
        for frame in screen.frames()[:3]:
            lines = plain(frame)
            assert len(lines) <= 24 and max(map(len, lines)) <= 80, lines
        screen.type(keys)
        assert screen.end() == 0
        assert screen.text.endswith("\x1b[?25h\x1b[?1049l"), "the terminal is as it was"
        assert termios.tcgetattr(screen.slave) == screen.before


def test_top_goes_on_when_the_agent_comes_back(pair):
    wslb = pair[pair.wait_settled()]
    with contextlib.closing(Screen(wslb, "top", environment={"NO_COLOR": "1"})) as screen:
        screen.wait_for("can take over now")
        assert wslb.agent.stop() == 0
        screen.wait_for("trying again")
        assert "\x1b[1;3" not in screen.text, "NO_COLOR"
        screen.text = ""
        wslb.start_agent()
        screen.wait_for("can take over now", 15)
        screen.resize(40, 10)
        screen.process.send_signal(signal.SIGWINCH)
        screen.text = ""
        screen.wait_frames(2)
        lines = plain(screen.frames()[-1])
        assert len(lines) <= 10 and max(map(len, lines)) <= 40, lines
        screen.process.send_signal(signal.SIGTERM)
        assert screen.end() == 0
        assert termios.tcgetattr(screen.slave) == screen.before


def test_top_needs_a_terminal_unless_it_is_json(pair):
    wslb = pair[pair.wait_settled()]
    done = wslb.ctl("top", check=False)
    assert done.returncode == 1 and "--json" in done.stderr
    with contextlib.closing(Screen(wslb, "top", "--json")) as screen:
        screen.wait_for('"traffic":[{')
        screen.process.send_signal(signal.SIGTERM)
        screen.end()


def test_status_has_colour_on_a_terminal_unless_no_color(pair):
    wslb = pair[pair.wait_settled()]
    with contextlib.closing(Screen(wslb, "status")) as screen:
        assert screen.end() == 0
        assert "\x1b[1;32mactive" in screen.text
    with contextlib.closing(Screen(wslb, "status", environment={"NO_COLOR": "1"})) as screen:
        assert screen.end() == 0
        assert "\x1b" not in screen.text and "active" in screen.text
