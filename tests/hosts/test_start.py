"""A service that cannot start: it says why, is quiet, and serves as soon as the reason is gone; and
what the journal knows of its lines."""
import json
import time

import pytest

from tests.lab.clock import wait_until

pytestmark = pytest.mark.long

BREAKAGE = "    nonsense\n"


def property_of(machine, unit, name):
    return machine.run("systemctl", "show", "-P", name, unit).stdout.strip()


def journal(machine, *arguments):
    """What matches, each entry with its fields."""
    text = machine.run("journalctl", "--no-pager", "-o", "json", *arguments).stdout
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def broken(pair):
    """The backup, with a configuration that nothing can start with; mended at the end."""
    backup = pair.other(pair.active())
    text = backup.run("cat", "/etc/wslb/wslb.cfg").stdout
    backup.write("/etc/wslb/wslb.cfg", text + BREAKAGE)
    yield backup
    backup.write("/etc/wslb/wslb.cfg", text)


@pytest.mark.parametrize("unit", ["wslb-agent", "wslb-proxy"])
def test_a_broken_configuration(pair, broken, unit):
    begun = time.monotonic()
    assert broken.run("systemctl", "restart", unit, check=False).returncode != 0
    assert time.monotonic() - begun < 3, "whoever starts it learns it at once"
    # Nobody mends it for a while.
    wait_until(lambda: "nonsense" in property_of(broken, unit, "StatusText"), 5, "its status", 0.1)
    first = int(property_of(broken, unit, "NRestarts"))
    time.sleep(8)
    assert int(property_of(broken, unit, "NRestarts")) - first <= 12
    errors = journal(broken, "-b", "-u", unit, "-p", "err")
    assert any("wslb.cfg:" in entry["MESSAGE"] for entry in errors)
    # Again it is told at once, though an attempt was under way.
    begun = time.monotonic()
    assert broken.run("systemctl", "restart", unit, check=False).returncode != 0
    assert time.monotonic() - begun < 3
    text = broken.run("cat", "/etc/wslb/wslb.cfg").stdout
    broken.write("/etc/wslb/wslb.cfg", text.removesuffix(BREAKAGE))
    wait_until(lambda: property_of(broken, unit, "ActiveState") == "active", 5,
               "it serves, though nobody has started it", 0.1)


def test_a_stop_ends_the_attempts(broken):
    broken.run("systemctl", "restart", "wslb-proxy", check=False)
    wait_until(lambda: int(property_of(broken, "wslb-proxy", "NRestarts")) > 5, 5, "it waits", 0.1)
    begun = time.monotonic()
    broken.run("systemctl", "stop", "wslb-proxy")
    assert time.monotonic() - begun < 3
    assert property_of(broken, "wslb-proxy", "ActiveState") in ("inactive", "failed")
    text = broken.run("cat", "/etc/wslb/wslb.cfg").stdout
    broken.write("/etc/wslb/wslb.cfg", text.removesuffix(BREAKAGE))
    broken.run("systemctl", "start", "wslb-proxy")


def test_the_journal_knows_priorities_and_fields(pair):
    machine = pair.other(pair.active())
    machine.run("systemctl", "stop", "wslb-proxy")
    wait_until(lambda: pair.status(machine)["proxy"]["state"] != "up", 5, "it is noticed", 0.1)
    machine.run("systemctl", "start", "wslb-proxy")
    pair.wait_well()
    warnings = journal(machine, "-b", "-u", "wslb-agent", "-p", "warning")
    assert any(entry["MESSAGE"].startswith("proxy proxy: down") for entry in warnings)
    events = journal(machine, "-b", "WSLB_EVENT=vrrp-state", "WSLB_SUBJECT=public")
    assert any("init -> backup" in entry["MESSAGE"] for entry in events)
    assert all(entry["_SYSTEMD_UNIT"] == "wslb-agent.service" for entry in events)
    lines = journal(machine, "-b", "-u", "wslb-proxy")
    served = [entry for entry in lines if " serves: " in entry["MESSAGE"]]
    assert served and all(entry["PRIORITY"] == "6" and entry["SYSLOG_IDENTIFIER"] == "wslb-proxy"
                          for entry in served)
