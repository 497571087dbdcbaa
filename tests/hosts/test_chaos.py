"""What happens to hosts, and what clients may notice: nothing is lost but where a host goes."""
import pytest

from tests.lab.clock import now_ms, wait_until

TUNNELS = 100


def pid_of(machine, unit):
    return machine.run("systemctl", "show", "-P", "MainPID", unit).stdout.strip()


def kill(machine, unit):
    machine.run("kill", "-9", pid_of(machine, unit))


def restart(machine, *units):
    machine.run("systemctl", "restart", *units)


def hang(machine, unit):
    """Its watchdog ends it."""
    before = pid_of(machine, unit)
    machine.run("kill", "-STOP", before)
    wait_until(lambda: pid_of(machine, unit) not in (before, "0"), 30, "its watchdog ends it", 0.2)


HARMLESS = {
    "kill -9 of the proxy": lambda machine: kill(machine, "wslb-proxy"),
    "kill -9 of the agent": lambda machine: kill(machine, "wslb-agent"),
    "restart of the proxy": lambda machine: restart(machine, "wslb-proxy"),
    "restart of the agent": lambda machine: restart(machine, "wslb-agent"),
    "restart of the agent and the proxy": lambda machine: restart(machine, "wslb-agent",
                                                                  "wslb-proxy"),
    "restart of the proxy and the agent": lambda machine: restart(machine, "wslb-proxy",
                                                                  "wslb-agent"),
    "restart of one after the other": lambda machine: [restart(machine, "wslb-agent"),
                                                       restart(machine, "wslb-proxy")],
}


@pytest.mark.parametrize("what", [
    what if what.startswith("kill -9") else pytest.param(what, marks=pytest.mark.long)
    for what in HARMLESS])
def test_nothing_is_lost_and_nothing_moves(pair, what):
    machine = pair.wait_well()
    flow = pair.flow(TUNNELS)
    since = now_ms()
    flow.mark()
    HARMLESS[what](machine)
    pair.wait_well()
    outcome = flow.end()
    assert not outcome["lost"], outcome
    assert pair.moves(since) == 0 and pair.active() is machine


@pytest.mark.long
def test_a_proxy_that_hangs_is_ended_by_its_watchdog(pair):
    machine = pair.other(pair.wait_well())
    hang(machine, "wslb-proxy")
    pair.wait_well()
    log = machine.run("journalctl", "-b", "-u", "wslb-proxy", "-o", "cat").stdout
    assert "Watchdog timeout" in log


@pytest.mark.long
def test_stop_of_the_agent_moves_the_vip_at_once(pair):
    machine = pair.wait_well()
    since = now_ms()
    machine.run("systemctl", "stop", "wslb-agent")
    pair.wait_active(pair.other(machine), timeout_s=3)
    machine.run("systemctl", "start", "wslb-agent")
    pair.wait_well()
    assert pair.moves(since) == 1


@pytest.mark.long
def test_stop_of_the_proxy_moves_the_vip(pair):
    machine = pair.wait_well()
    machine.run("systemctl", "stop", "wslb-proxy")
    pair.wait_active(pair.other(machine), timeout_s=10)
    machine.run("systemctl", "start", "wslb-proxy")


@pytest.mark.long
@pytest.mark.parametrize("wrong", ["a word", "a name"])
def test_an_agent_that_could_not_start_again_gives_the_vip_away_first(pair, wrong):
    machine = pair.wait_well()
    text = machine.run("cat", "/etc/wslb/wslb.cfg").stdout
    broken = (text + "    nonsense\n" if wrong == "a word"
              else text.replace(f"node {machine.name} ", "node other "))
    assert broken != text
    machine.write("/etc/wslb/wslb.cfg", broken, mode=0o644)
    assert machine.run("systemctl", "restart", "wslb-agent", check=False).returncode != 0
    pair.wait_active(pair.other(machine), timeout_s=3)
    machine.write("/etc/wslb/wslb.cfg", text, mode=0o644)


@pytest.mark.long
def test_reboot(pair):
    machine = pair.wait_well()
    machine.reboot()
    assert pair.wait_well() is pair.other(machine)


@pytest.mark.long
def test_power_cut(pair):
    machine = pair.wait_well()
    machine.power_cut()
    pair.wait_active(pair.other(machine), timeout_s=10)
    machine.power_on()
    assert pair.wait_well() is pair.other(machine)
