"""From two bare hosts to a pair that serves, by one run of site.yml."""
import pathlib
import re

import pytest

from tests.lab.configuration import VIP
from tests.lab.clock import now_ms
from . import image

CAP_SYS_RESOURCE = 24
MORE = "10.77.0.101"  # a second VIP
UNITS = {"wslb-agent": 2.0, "wslb-proxy": 1.5}


def may_raise_limits():
    """Whether root of the machine that runs the tests may; containers' root may no more than it."""
    status = pathlib.Path("/proc/self/status").read_text()
    capabilities = int(re.search(r"CapEff:\s+(\w+)", status).group(1), 16)
    return bool(capabilities >> CAP_SYS_RESOURCE & 1)


def test_one_run_deploys_and_the_second_changes_nothing(bare_pair, deployed):
    first, second = deployed
    assert first.good and first.changed > 0, first.text[-4000:]
    assert second.good and second.changed == 0, second.text[-4000:]
    bare_pair.wait_well()
    assert bare_pair.client.fetch(f"http://{VIP}/")


@pytest.mark.parametrize("unit", UNITS)
def test_the_units_run_as_hardened_as_they_say(pair, unit):
    for machine in pair:
        rating = machine.run("systemd-analyze", "security", f"{unit}.service").stdout
        assert float(re.search(r"exposure level .*: ([\d.]+)", rating).group(1)) <= UNITS[unit]
        pid = machine.run("systemctl", "show", "-P", "MainPID", unit).stdout.strip()
        status = machine.run("cat", f"/proc/{pid}/status").stdout
        user = "wslb" if unit == "wslb-agent" else "wslb-proxy"
        assert f"\nUid:\t{machine.run('id', '-u', user).stdout.strip()}\t" in status
        assert "\nNoNewPrivs:\t1\n" in status and "\nSeccomp:\t2\n" in status
        # CAP_NET_ADMIN and CAP_NET_RAW; CAP_NET_BIND_SERVICE.
        assert f"\nCapEff:\t{0x3000 if unit == 'wslb-agent' else 0x400:016x}\n" in status
        log = machine.run("journalctl", "-b", "-u", unit, "-o", "cat").stdout
        assert not re.search(r"real-time|io_uring:|Operation not permitted", log), log
        if unit == "wslb-agent" and not image.SANITIZED:  # which never locks its memory
            assert may_raise_limits() == ("memory is not locked" not in log)
        assert machine.run("systemctl", "show", "-P", "Type", unit).stdout == "notify\n"


def test_the_key_is_the_same_on_both_hosts_and_root_s_alone(pair):
    digests = {machine.run("sha256sum", "/etc/wslb/cluster.key").stdout for machine in pair}
    assert len(digests) == 1
    for machine in pair:
        mode = machine.run("stat", "-c", "%U:%G %a", "/etc/wslb/cluster.key").stdout
        assert mode == "root:root 400\n"
        assert pair.status(machine)["peers"][0]["state"] == "connected"


@pytest.mark.long
def test_failover_by_playbook(pair):
    before = pair.active()
    since = now_ms()
    run = pair.operator.play("failover")
    assert run.good, run.text[-4000:]
    assert pair.active() is pair.other(before)
    assert pair.moves(since) == 1


@pytest.mark.long
def test_a_new_configuration_reaches_both_hosts_and_moves_nothing(pair):
    flow = pair.flow(20)
    since = now_ms()
    config = (pair.operator.directory / "wslb.cfg").read_text()
    more = config.replace(f"    vip {VIP}/24\n", f"    vip {VIP}/24\n    vip {MORE}/24\n")
    pair.operator.write_config(more.replace("timeout connect 2s", "timeout connect 1900ms"))
    run = pair.operator.play("site")
    assert run.good and run.changed > 0, run.text[-4000:]
    for machine in pair:
        assert "1900ms" in machine.run("cat", "/etc/wslb/wslb.cfg").stdout
    assert [machine.has(MORE) for machine in pair] == [machine.has(VIP) for machine in pair]
    outcome = flow.end()
    assert not outcome["lost"], outcome
    assert pair.moves(since) == 0


@pytest.mark.long
def test_a_configuration_reaches_a_host_whose_proxy_is_down(pair):
    backup = pair.other(pair.wait_well())
    backup.run("systemctl", "stop", "wslb-proxy")
    since = now_ms()
    config = (pair.operator.directory / "wslb.cfg").read_text()
    pair.operator.write_config(config.replace("timeout client 60s", "timeout client 59s"))
    run = pair.operator.play("site")
    assert run.good, run.text[-4000:]
    for machine in pair:
        assert "timeout client 59s" in machine.run("cat", "/etc/wslb/wslb.cfg").stdout
        assert pair.status(machine)["proxy"]["state"] == "up"
    assert pair.moves(since) == 0


@pytest.mark.long
def test_a_proxy_that_is_not_ours_is_not_deployed(pair):
    config = (pair.operator.directory / "wslb.cfg").read_text()
    external = "    proxy external pidfile /run/haproxy.pid check http://127.0.0.1:8404/up\n"
    pair.operator.write_config(config.replace("\nvrrp ", f"{external}\nvrrp ", 1))
    try:
        with pair.untouched(*pair):
            run = pair.operator.play("site")
    finally:
        pair.operator.write_config(config)
    assert not run.good and "this role runs wslb-proxy" in run.text.replace("\\n", " ")
