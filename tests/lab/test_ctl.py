"""wslbctl's questions and orders, at a pair that works."""
import json
import os

import pytest

from .bed import Bed
from .clock import wait_until
from .configuration import VIP
from .solo import kind_under_test
from .sticky_pair import SamePair
from .websocket import WebSocket

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")


@pytest.fixture(scope="module")
def sticky():
    bed = Bed(SamePair, probe=False, watch=False)
    yield bed
    try:
        wrong = bed.pair.stop()
        assert not wrong, "\n".join(wrong)
    finally:
        bed.network.close()


def wslb_of_active(bed):
    return bed.pair[bed.pair.wait_settled()]


def json_of(wslb, *arguments):
    return json.loads(wslb.ctl("--json", *arguments).stdout)


def tunnel(bed, path="/echo?room=blue"):
    with bed.client.inside():
        return WebSocket(VIP, 80, path)


def server_row(wslb, name):
    rows = json_of(wslb, "backends", "app")
    return next(row for row in rows if row["kind"] == "server" and row["server"] == name)


def test_status_fits_a_terminal_and_has_no_colour_in_a_pipe(sticky):
    wslb = wslb_of_active(sticky)
    wait_until(lambda: "can take over now" in wslb.ctl("status").stdout, 5, "the peer's word")
    text = wslb.ctl("status").stdout
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80, text
    for word in ("node lb", "VRRP", "PROXY", "BACKEND", "PEER", "in step", "no alarms"):
        assert word in text, text
    status = wslb.status()
    assert status["vrrp"][0]["takeover"]["ready"] is True
    assert status["alarms"] == []
    assert {row["kind"] for row in status["traffic"]} == {"frontend", "backend", "server"}


def test_tunnels_and_sticky_entries_are_shown(sticky):
    wslb = wslb_of_active(sticky)
    open_one = tunnel(sticky)
    open_one.send(b"hello")
    open_one.receive()
    shown = json_of(wslb, "tunnels")
    assert shown["total"] == 1
    row = shown["tunnels"][0]
    assert row["client"].startswith(sticky.client.address + ":")
    assert (row["frontend"], row["backend"]) == ("web", "app")
    assert row["bytes_in"] > 0 and row["bytes_out"] > 0
    assert row["client"] in wslb.ctl("tunnels").stdout

    tables = json_of(wslb, "table")
    assert [table["name"] for table in tables] == ["app"]
    wait_until(lambda: json_of(wslb, "table", "app")["entries"], 5, "the entry at the agent")
    entry = json_of(wslb, "table", "app", "blue")["entries"][0]
    assert entry["key"] == "blue" and entry["server"] == row["server"] and entry["pinned"]
    other = sticky.pair[sticky.pair.other(sticky.pair.wait_settled())]
    wait_until(lambda: json_of(other, "table", "app")["total"] == 1, 5, "the entry at the peer")
    open_one.close()
    wait_until(lambda: json_of(wslb, "tunnels")["total"] == 0, 5, "the tunnel's end")
    wait_until(lambda: not json_of(wslb, "table", "app")["entries"][0]["pinned"], 5, "unpinned")
    missing = wslb.ctl("table", "app", "red", check=False)
    assert missing.returncode == 1 and "no such key" in missing.stderr
    unknown = wslb.ctl("table", "nobody", check=False)
    assert unknown.returncode == 1 and "there are: app" in unknown.stderr


def test_a_server_obeys_and_keeps_it_over_a_restart_of_the_proxy(sticky):
    host = sticky.pair.wait_settled()
    wslb = sticky.pair[host]
    assert "app/app1: maint" in wslb.ctl("server", "app/app1", "maint").stdout
    wslb.ctl("server", "app/app2", "weight", "50%")
    assert server_row(wslb, "app1")["state"] == "MAINT"
    weight = server_row(wslb, "app2")["weight"]
    wslb.proxy.kill()
    wslb.start_proxy()
    wait_until(lambda: wslb.proxy_state() == "up", 10, "the proxy")
    assert server_row(wslb, "app1")["state"] == "MAINT"
    assert server_row(wslb, "app2")["weight"] == weight
    for order in (("app/app1", "ready"), ("app/app2", "weight", "100%")):
        wslb.ctl("server", *order)
    assert server_row(wslb, "app1")["state"] in ("UP", "no check")
    no_server = wslb.ctl("server", "app/none", "drain", check=False)
    assert no_server.returncode == 1 and "No such server" in no_server.stderr
    bad_weight = wslb.ctl("server", "app/app1", "weight", "much", check=False)
    assert bad_weight.returncode == 1 and bad_weight.stderr.strip()
    log = (host.directory / "wslb-agent.log").read_text()
    assert "command by uid 0: server app/app1 maint" in log


def test_drain_and_undrain(sticky):
    first = sticky.pair.wait_settled()
    second = sticky.pair.other(first)
    wslb = sticky.pair[first]
    before = tunnel(sticky, "/echo")
    assert "is drained" in wslb.ctl("drain").stdout
    sticky.pair.wait_active(second)
    assert sticky.pair.wait_settled() is second
    assert wslb.status()["drained"] is True
    assert "DRAINED since" in wslb.ctl("status").stdout
    peer_says = sticky.pair[second]
    wait_until(lambda: "though it is drained" in peer_says.ctl("status").stdout, 5, "peer's view")
    refused = wslb.ctl("failover", check=False)
    assert refused.returncode == 1 and "drained" in refused.stderr
    refused = peer_says.ctl("failover", "--to", first.name, check=False)
    assert refused.returncode == 1 and "is drained" in refused.stderr
    # It outlives the agent.
    assert wslb.agent.stop() == 0
    wslb.start_agent()
    wait_until(lambda: wslb.vrrp() == "backup", 10, "the agent is back")
    assert wslb.status()["drained"] is True
    # It helps out where there is nobody else, and gives way at once.
    sticky.pair.stop_cleanly(second)
    sticky.pair.wait_active(first)
    assert wslb.status()["vrrp"][0]["priority"] == 1
    sticky.pair[second].start_agent()
    sticky.pair.wait_active(second)
    assert "not drained" in wslb.ctl("undrain").stdout
    assert wslb.status()["drained"] is False
    sticky.pair.wait_connected()
    assert sticky.pair.wait_settled() is second
    before.close()


def test_the_reading_socket_changes_nothing(sticky):
    host = sticky.pair.wait_settled()
    wslb = sticky.pair[host]
    run = wslb.run_dir
    os.chmod(run, 0o755)
    ctl = run / "ctl.sock"
    moved = run / "ctl.away"
    ctl.rename(moved)
    ctl.symlink_to(run / "status.sock")
    try:
        for words in (("drain",), ("undrain",), ("server", "app/app1", "maint"), ("failover",),
                      ("reload",)):
            done = wslb.ctl(*words, check=False)
            assert done.returncode == 1, (words, done)
            assert "may only read" in done.stderr, (words, done)
    finally:
        ctl.unlink()
        moved.rename(ctl)
    assert wslb.status()["drained"] is False
