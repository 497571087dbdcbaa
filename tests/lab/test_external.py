"""HAProxy itself as the proxy: its death and its hang move the VIP, its reloads do not."""
import pytest

from .bed import Bed
from .clock import now_ms, wait_until
from .external_pair import ExternalPair

pytestmark = pytest.mark.alone

RELOADS = 20
LONG = pytest.mark.long
STYLES = pytest.mark.parametrize("master", [pytest.param(False, id="plain", marks=LONG),
                                            pytest.param(True, id="master-worker")])


@pytest.fixture
def external():
    """external(**options) -> a running Bed with an ExternalPair; judged after the test."""
    beds = []

    def make(**options):
        beds.append(Bed(lambda network, apps: ExternalPair(network, apps, **options)))
        return beds[-1]

    yield make
    for bed in beds:
        try:
            wrong = bed.pair.stop()
            for log in sorted(bed.network.directory.glob("lb*/*.log")):
                text = log.read_text(errors="replace")[-3000:]
                print(f"--- {log.parent.name}/{log.name}\n{text}")
            assert not wrong, "\n".join(wrong)
        finally:
            bed.network.close()


@pytest.mark.parametrize("victim", [pytest.param("process", marks=LONG),
                                    pytest.param("master", marks=LONG), "worker"])
def test_killed_haproxy_moves_the_vip_at_once(external, victim):
    bed = external(master=victim != "process", inter_ms=1000)  # it is not the check that sees it
    active = bed.pair.wait_settled()
    haproxy = bed.pair.haproxy[active]
    status = bed.pair[active].status()["proxy"]
    assert (status["kind"], status["pid"]) == ("external", haproxy.pid)
    pid = haproxy.workers()[-1] if victim == "worker" else haproxy.pid
    bed.prober.wait_steady()
    outage = bed.prober.wait_outage(bed.pair.hit(active, pid, "KILL"))
    print(f"{victim}: {outage}")
    assert outage.served_after < 500, outage
    assert bed.watcher.owners() == {bed.pair.other(active).name}
    status = bed.pair[active].status()
    assert status["vrrp"][0]["state"] == "fault"
    assert "died" in status["vrrp"][0]["reason"]
    haproxy.start()
    bed.pair.wait_state(active, "backup")
    assert bed.pair[active].status()["proxy"]["restarts"] == 1


@STYLES
def test_stopped_haproxy_moves_the_vip_within_the_checks_time(external, master):
    bed = external(master=master)
    active = bed.pair.wait_settled()
    other = bed.pair.other(active)
    haproxy = bed.pair.haproxy[active]
    pid = haproxy.workers()[-1] if master else haproxy.pid
    bed.prober.wait_steady()
    outage = bed.prober.wait_outage(bed.pair.hit(active, pid, "STOP"))
    print(f"stopped: {outage}")
    assert outage.served_after < 1500, outage
    assert "has not answered 2 times" in bed.pair[active].status()["vrrp"][0]["reason"]
    bed.pair.hit(active, pid, "CONT")
    bed.pair.wait_state(active, "backup")
    assert bed.pair.owners() == [other]


def failed_attempts_of_reloads(bed):
    """-> attempts that failed during 20 reloads under load, and the events meanwhile"""
    active = bed.pair.wait_settled()
    bed.prober.wait_steady()
    begin = now_ms()
    for _ in range(RELOADS):
        bed.pair.haproxy[active].reload()
    wait_until(lambda: now_ms() > begin + 4000, 10, "the last attempts have ended")
    bed.prober.wait_steady()
    attempts = [a for a in bed.prober.attempts(begin) if a.result != "200"]
    if bed.pair.agents:
        assert bed.pair.wait_settled() is active
        moves = [text for at, kind, text in bed.pair[active].events()
                 if at > begin and kind == "vrrp-state"]
        assert not moves, moves
        assert {span.owner for span in bed.watcher.spans(begin)} == {active.name}
    return attempts


@STYLES
def test_reloads_under_load_move_nothing_and_fail_nothing(external, master):
    failed = failed_attempts_of_reloads(external(master=master))
    if failed:
        alone = failed_attempts_of_reloads(external(master=master, agents=False))
        print(f"failed with wslb-agent: {failed}\nHAProxy alone: {alone}")
        assert len(failed) <= len(alone) + 1


def test_missing_pid_file_is_named(external):
    bed = external()
    host = bed.pair.hosts[0]
    bed.pair[host].agent.stop()
    bed.pair.haproxy[host].signal(bed.pair.haproxy[host].pid, "TERM")
    bed.pair.haproxy[host].pid_file.unlink(missing_ok=True)
    bed.pair[host].start_agent()
    wait_until(lambda: bed.pair[host].status(), 10, "the agent answers")
    status = bed.pair[host].status()
    assert status["proxy"]["state"] == "down"
    assert "haproxy.pid: No such file" in status["proxy"]["reason"]
    assert status["vrrp"][0]["state"] == "init"
    assert "haproxy.pid" in bed.pair[host].ctl("status").stdout
