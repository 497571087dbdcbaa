"""`notify` hooks and the event stream: every change of state, in order, whatever the hook does."""
import json
import stat

import pytest

from .clock import now_ms, wait_until
from .configuration import cluster_section
from .external_pair import CHECK_PORT, ExternalPair, HaProxy
from .wslb import Wslb, binary

HOOK = """#!/bin/sh
echo "$1 $WSLB_VRRP $WSLB_OLD_STATE $WSLB_STATE $WSLB_PRIORITY $WSLB_REASON" >>{file}
{then}
"""


@pytest.fixture
def hooked(network):
    """hooked(then) -> Wslb of a lone host whose hook writes a line and then does `then`."""
    made = []

    def make(then=""):
        host = network.add_host("lb1", "10.77.0.11")
        hook = host.directory / "hook"
        hook.write_text(HOOK.format(file=host.directory / "told", then=then))
        hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
        haproxy = HaProxy(host, [], False)
        wslb = Wslb(host, cluster_section(
            ExternalPair.addresses.items(), extra=f"    notify {hook} arg\n",
            cluster_extra=(f"    proxy external pidfile {haproxy.pid_file} "
                           f"check http://127.0.0.1:{CHECK_PORT}/up\n")))
        wslb.haproxy = haproxy
        made.append(wslb)
        return wslb

    yield make
    for wslb in made:
        assert not wslb.confessions(), "\n".join(wslb.confessions())


def told(wslb):
    file = wslb.host.directory / "told"
    return file.read_text().splitlines() if file.exists() else []


def test_hooks_run_in_order_and_know_what_changed(hooked):
    wslb = hooked()
    wslb.haproxy.start()
    wslb.start_agent()
    wait_until(lambda: wslb.vrrp() == "active", 10, "active")
    wslb.haproxy.signal(wslb.haproxy.pid, "KILL")
    wait_until(lambda: wslb.vrrp() == "fault", 5, "fault")
    wslb.haproxy.start()
    wait_until(lambda: wslb.vrrp() == "active", 10, "active again")
    assert wslb.agent.stop(timeout_s=10) == 0
    changes = [tuple(line.split()[:5]) for line in told(wslb)]
    states = ["init", "backup", "active", "fault", "backup", "active", "init"]
    assert changes == [("arg", "public", old, new, "200")
                       for old, new in zip(states, states[1:])], told(wslb)
    assert "died" in told(wslb)[2]


def test_slow_hook_is_killed_and_delays_nothing(hooked):
    wslb = hooked("exec sleep 60")
    wslb.haproxy.start()
    begin = now_ms()
    wslb.start_agent()
    wait_until(lambda: wslb.vrrp() == "active", 10, "active")
    assert now_ms() - begin < 5000, "the first hook still sleeps"

    def killed():
        return [text for _, kind, text in wslb.events() if kind == "notify"]
    wait_until(killed, 15, "the hook is killed")
    assert "did not end within 10 s" in killed()[0]
    wait_until(lambda: len(told(wslb)) == 2, 5, "the last change is told")
    assert told(wslb)[1].split()[3] == "active"
    wslb.agent.kill()


def test_followed_events_are_ordered_json_lines(hooked):
    wslb = hooked()
    wslb.haproxy.start()
    wslb.start_agent()
    wait_until(lambda: wslb.status(), 10, "the agent answers")
    follower = wslb.host.spawn(binary("wslbctl"), "--run-dir", wslb.run_dir, "events", "-f",
                               "--json", name="follower")
    wait_until(lambda: wslb.vrrp() == "active", 10, "active")
    wslb.haproxy.signal(wslb.haproxy.pid, "KILL")
    wait_until(lambda: '"fault"' in follower.text(), 5, "the stream has the fault at once")
    events = [json.loads(line) for line in follower.text().splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    changes = [(event["from"], event["state"], event["priority"])
               for event in events if "state" in event]
    assert changes == [("init", "backup", 200), ("backup", "active", 200),
                       ("active", "fault", 200)]
    assert wslb.agent.stop(timeout_s=10) == 0


def test_hook_that_cannot_run_is_an_error_of_the_configuration(hooked):
    wslb = hooked()
    (wslb.host.directory / "hook").chmod(0o644)
    done = wslb.host.run(binary("wslb-agent"), "-f", wslb.file, "-n", "lb1", "-c", check=False)
    assert done.returncode == 1
    assert "wslb.cfg:" in done.stderr and "hook: Permission denied" in done.stderr
