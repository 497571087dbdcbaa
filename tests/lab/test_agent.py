"""The agent alone against a rough world: kill -9, missing interfaces, forged packets, bad files."""
import pytest

from .adverts import MALFORMED, Forger, advert
from .clock import now_ms, wait_until
from .configuration import VIP, VRID, cluster_section, proxy_section
from .host import INTERFACE
from .network import Network
from .wslb import Wslb, binary

NODES = [("lb1", "10.77.0.11"), ("lb2", "10.77.0.12")]


@pytest.fixture
def lone(network):
    """lone(**cluster) -> Wslb of lb1; its peer does not exist."""
    made = []

    def make(proxies=None, **cluster):
        host = network.add_host("lb1", "10.77.0.11")
        text = (proxies or proxy_section([])) + cluster_section(NODES, **cluster)
        made.append(Wslb(host, text))
        return made[-1]

    yield make
    for wslb in made:
        assert not wslb.confessions(), "\n".join(wslb.confessions())


def has_vip(host, interface=INTERFACE):
    return any(address.startswith(VIP + "/") for address in host.addresses(interface))


def test_stale_vip_is_purged_at_start(make_bed):
    bed = make_bed(probe=False, extra="    lease off\n")
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.pair[active].agent.kill()
    bed.pair.wait_active(other)
    assert has_vip(active), "without a lease the dead agent's VIP stays: that is what is purged"
    bed.pair[active].start_agent()
    wait_until(lambda: not has_vip(active), 5, "the stale VIP is gone")
    assert bed.pair.wait_settled() is other


def test_lease_drops_the_vip_of_a_dead_agent(make_bed):
    bed = make_bed(probe=False)
    active = bed.pair.wait_settled()
    bed.pair[active].agent.kill()
    wait_until(lambda: not has_vip(active), 5, "the kernel has dropped the VIP")
    assert bed.pair.other(active) in bed.pair.owners()


def test_frozen_agent_steps_aside_when_it_wakes(make_bed):
    bed = make_bed(probe=False)
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    bed.pair[active].agent.freeze()
    bed.pair.wait_active(other)
    wait_until(lambda: not has_vip(active), 5, "the kernel has dropped the VIP")
    thawed = now_ms()
    bed.pair[active].agent.thaw()
    assert bed.pair.wait_settled() is other
    assert bed.watcher.double_ms(thawed) == 0


def test_vip_deleted_by_somebody_is_put_back(make_bed):
    bed = make_bed(probe=False)
    active = bed.pair.wait_settled()
    active.run("ip", "addr", "del", f"{VIP}/24", "dev", INTERFACE)
    wait_until(lambda: has_vip(active), 5, "the VIP is back")
    assert bed.pair.wait_settled() is active


def test_killed_agent_does_not_stop_the_proxy(make_bed):
    bed = make_bed(probe=False)
    active = bed.pair.wait_settled()
    bed.pair[active].agent.kill()
    wait_until(lambda: bed.pair[bed.pair.other(active)].vrrp() == "active", 5, "takeover")
    assert bed.pair[active].proxy.alive
    bed.pair[active].start_agent()
    bed.pair.wait_settled()
    assert bed.pair[active].proxy_state() == "up", "the proxy has found the new agent"


def test_missing_interface_is_fault_and_recovers(lone):
    wslb = lone(interface="late0")
    wslb.start()
    wait_until(lambda: wslb.vrrp() == "fault", 10, "fault")
    assert "late0" in wslb.status()["vrrp"][0]["reason"]
    assert any("late0" in text for _, _, text in wslb.events())
    host = wslb.host
    host.run("ip", "link", "add", "late0", "type", "veth", "peer", "name", "late1")
    host.run("ip", "addr", "add", "10.77.0.11/24", "dev", "late0")
    host.run("ip", "link", "set", "late1", "up")
    host.run("ip", "link", "set", "late0", "up")
    wait_until(lambda: wslb.vrrp() == "active", 10, "active, since no peer speaks")
    assert has_vip(host, "late0")
    host.run("ip", "link", "del", "late0")
    wait_until(lambda: wslb.vrrp() == "fault", 10, "fault again")
    assert wslb.agent.stop() == 0


@pytest.fixture(scope="module")
def attacked():
    """An active agent and somebody who sends it packets."""
    with Network() as network:
        wslb = Wslb(network.add_host("lb1", "10.77.0.11"),
                    proxy_section([]) + cluster_section(NODES))
        wslb.start()
        wait_until(lambda: wslb.vrrp() == "active", 10, "active")
        yield wslb, Forger(network.add_host("forger", "10.77.0.66"))
        assert wslb.agent.stop() == 0
        assert not wslb.confessions(), "\n".join(wslb.confessions())


@pytest.mark.parametrize("flaw", MALFORMED)
def test_malformed_advert_is_counted_and_ignored(attacked, flaw):
    wslb, forger = attacked
    before = wslb.status()
    for _ in range(5):
        forger.send(**MALFORMED[flaw])
    wait_until(lambda: wslb.status()["counters"] != before["counters"], 3, "they are counted")
    after = wslb.status()["vrrp"][0]
    assert (after["state"], after["since"]) == ("active", before["vrrp"][0]["since"])
    assert has_vip(wslb.host)
    assert wslb.agent.alive


def test_good_advert_of_higher_priority_is_obeyed(attacked):
    """The counter-test of the malformed ones: the forger's packets do arrive."""
    wslb, forger = attacked

    def obeyed():
        forger.send(payload=advert(VRID, 254))  # again and again: one is heeded for 0.3 s
        return wslb.vrrp() == "backup" and not has_vip(wslb.host)
    wait_until(obeyed, 5, "backup without the VIP")
    wait_until(lambda: wslb.vrrp() == "active", 5, "active again when the forger is silent")


BAD = """
global
    maxcon 1000

frontend web
    bind 10.77.0.100:80
    default_backend nowhere

backend app
    balance rondrobin
    server a 10.77.0.21:3000 chek

cluster lab
    node lb1 10.77.0.11
    secret none

vrrp public
    interface lan0
    vrid 300
    vip 10.77.0.100/24
    advert 1ms
"""
BAD_LINES = {3: "maxcon", 7: "nowhere", 10: "rondrobin", 11: "chek", 19: "300", 21: "1ms"}


@pytest.mark.parametrize("program", ["wslb-agent", "wslb-proxy"])
@pytest.mark.parametrize("flags", [["-c"], []], ids=["check", "start"])
def test_bad_configuration_reports_all_and_starts_nothing(network, program, flags):
    host = network.add_host("lb1", "10.77.0.11")
    file = host.directory / "bad.cfg"
    file.write_text(BAD)
    node = ["-n", "lb1", "--run-dir", host.directory / "run"] if program == "wslb-agent" else []
    done = host.run(binary(program), "-f", file, *node, *flags, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 1, output
    for number, word in BAD_LINES.items():
        line = [text for text in output.splitlines() if f"bad.cfg:{number}" in text]
        assert line and any(word in text for text in line), f"line {number} ({word}):\n{output}"
    assert "balance" in output and "roundrobin" in output, "the nearest known word is told"
    assert host.pids() == []
    assert not has_vip(host)


def test_missing_capability_is_one_clear_line(lone):
    wslb = lone()
    wslb.run_dir.mkdir()
    done = wslb.host.run("setpriv", "--bounding-set=-net_raw,-net_admin",
                         "--inh-caps=-net_raw,-net_admin", binary("wslb-agent"), "-f", wslb.file,
                         "-n", "lb1", "--run-dir", wslb.run_dir, check=False)
    assert done.returncode == 1, done
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert any("CAP_NET_RAW" in line or "CAP_NET_ADMIN" in line for line in lines), done.stderr
    assert not has_vip(wslb.host)


def test_second_agent_on_a_host_is_refused(lone):
    wslb = lone()
    wslb.start()
    wait_until(lambda: wslb.vrrp() == "active", 10, "the first agent is active")
    other = wslb.host.directory / "other-run"
    done = wslb.host.run(binary("wslb-agent"), "-f", wslb.file, "-n", "lb1", "--run-dir", other,
                         check=False)
    assert done.returncode == 1, done
    assert "another wslb-agent" in done.stderr
    assert wslb.agent.alive


def test_wslbctl_exit_codes(lone):
    wslb = lone()
    assert wslb.ctl("status", check=False).returncode == 3, "no agent"
    assert wslb.ctl("dance", check=False).returncode == 2, "usage"
    assert wslb.ctl("version", check=False).returncode == 3, "no agent"
    assert wslb.ctl("check", wslb.file, check=False).returncode == 0
    wslb.start()
    wait_until(lambda: wslb.vrrp() == "active", 10, "active")
    assert "active" in wslb.ctl("status").stdout


def test_status_has_what_the_design_promises(bed):
    active = bed.pair.wait_settled()
    status = bed.pair[active].status()
    assert {"node", "cluster", "version", "vrrp", "proxy", "peers"} <= status.keys()
    router = status["vrrp"][0]
    assert {"name", "vrid", "family", "state", "priority", "active_node", "vips",
            "since"} <= router.keys()
    assert (status["node"], status["cluster"]) == (active.name, "lab")
    assert (router["vrid"], router["active_node"]) == (VRID, active.name)
    assert router["vips"] == [f"{VIP}/24"]
    assert {"kind", "state", "pid", "tunnels", "restarts"} <= status["proxy"].keys()
    assert status["proxy"]["pid"] == bed.pair[active].proxy.pid
    backup = bed.pair[bed.pair.other(active)].status()
    assert backup["vrrp"][0]["active_node"] == active.name
