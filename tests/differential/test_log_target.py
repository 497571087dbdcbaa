"""Where log lines go, in which format, and which of them are written."""
import re

import pytest

from .both import SYSLOG, Case, ask, normal_line

ONE = [ask()]
WRONG = [ask(), ask("/gone"), ask()]  # the second one finds no server
TAG = "log-tag lb"


def story(both, requests, expected):
    """What the syslog server got of these requests, with the times as N."""
    def run():
        both.syslog.lines()
        for request in requests:
            both.solo.get(request.path)
        found = both.syslog.wait_for(expected + 1, timeout_s=1)
        found = [re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", "ISO", line) for line in found]
        found = [re.sub(r">\w{3} [ \d]\d \d\d:\d\d:\d\d", ">DATE", line) for line in found]
        found = [re.sub(r"lb(\[| )\d+", r"lb\1PID", line) for line in found]
        return [normal_line(line) for line in found]
    return run


def check(both, frontend, requests, expected):
    case = Case([], frontend="log-format \"%ci %HU %ST %ts\"\n" + frontend,
                top="\nbackend none\n")
    seen = both.equal(both.configuration(case), story(both, requests, expected))
    assert len(seen) == expected, seen


def target(*words):
    return f"log {SYSLOG}:5514 {' '.join(words)}"


@pytest.mark.parametrize("form", "rfc3164 rfc5424 local priority short timed iso raw".split())
def test_format(both, form):
    check(both, f"{TAG}\n{target('format', form, 'local4')}", ONE, 1)


LEVELS = {"info": 1, "notice": 0, "debug err": 1, "debug debug": 1, "info warning": 1}


@pytest.mark.parametrize("levels", LEVELS)
def test_level(both, levels):
    check(both, f"{TAG}\n{target('daemon', levels)}", ONE, LEVELS[levels])


def test_several_targets(both):
    check(both, f"{TAG}\n{target('local1')}\n{target('format', 'raw', 'local2', 'notice')}\n"
          f"{target('format', 'short', 'local3')}", ONE, 2)


def test_no_log(both):
    check(both, f"{target('local1')}\nno log\n{target('format', 'raw', 'local2')}", ONE, 1)


GONE = "use_backend none if { path /gone }\n"


def test_dontlog_normal(both):
    check(both, f"{GONE}option dontlog-normal\n{target('format short local1')}", WRONG, 1)


def test_log_separate_errors(both):
    check(both, f"{GONE}option log-separate-errors\n{target('format short local1')}", WRONG, 3)


def test_separate_errors_by_level(both):
    check(both, f"{GONE}option log-separate-errors\n{target('format short local1 err')}",
          WRONG, 1)


def test_logasap(both):
    check(both, "option logasap\nlog-format \"%ST %s %sc %bc ~%Ta %Tt %B~\"\n"
          f"{target('format', 'raw', 'local1')}", [ask("/slow?ms=1")], 1)


def test_stdout(both):
    case = Case([], frontend="log-format \"line %ci %HU\"\nlog stdout format raw local0")
    text = both.configuration(case)
    results = {}
    for kind in ("haproxy", "wslb"):
        with both.solo.proxy(text, kind) as process:
            both.solo.get("/seen")
        results[kind] = [line for line in process.text().splitlines() if line.startswith("line ")]
    assert results["wslb"] == results["haproxy"] == ["line 10.77.0.31 /seen"]
