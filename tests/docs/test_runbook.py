"""docs/runbook.md has an entry for whatever an operator can meet in the log or as an alarm."""
import re

from .messages import ROOT, alarms, log_lines

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text().replace("\u200b", "")
# Nothing but what is put together at run time: its parts have entries of their own.
OPEN = {"", "…"}


def test_every_log_line_has_an_entry():
    missing = {message: where for message, where in log_lines().items()
               if message not in OPEN and f"`{message}`" not in RUNBOOK}
    assert not missing


def test_every_alarm_has_an_entry():
    missing = {text: where for text, where in alarms().items() if text not in RUNBOOK}
    assert not missing


def test_every_finding_of_the_doctor_has_an_entry():
    ids = set()
    for path in (ROOT / "ctl" / "doctor").glob("judge_*.cpp"):
        text = path.read_text()
        ids |= set(re.findall(r'Severity::\w+,\s*"([a-z0-9-]+)"', text))
        ids |= set(re.findall(r'"(key-permissions|firewall-\w+|conntrack)"', text))
    assert len(ids) > 25
    assert not [one for one in ids if f"`{one}`" not in RUNBOOK]


def test_there_is_something_to_find():
    assert len(log_lines()) > 40 and len(alarms()) > 15


def test_tables_are_whole():
    """A row with too few cells is cut off where it is shown."""
    for line in RUNBOOK.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 4, line
