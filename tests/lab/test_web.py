"""`status-bind`: the metrics and the page from outside, by whoever may reach it."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.error

import pytest

from .clock import wait_until
from .program import ROOT
from .solo import kind_under_test

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

PORT = 8406
ALERTS = ROOT / "docs" / "prometheus"


@pytest.fixture
def pair(make_bed):
    return make_bed(probe=False, cluster_extra=f"    status-bind node:{PORT}\n").pair


def url(host, path):
    return f"http://{host.address}:{PORT}{path}"


def get(host, path):
    return host.fetch(url(host, path))


def raw(host, request, timeout=10):
    """What comes back for these bytes, until the agent closes."""
    with host.inside():
        client = socket.create_connection((host.address, PORT), timeout)
    with client:
        client.sendall(request)
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
    return answer


def samples(text):
    """{name{labels}: value}"""
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in text.splitlines() if line and not line.startswith("#")}


def test_metrics_are_what_promtool_and_the_alerts_expect(pair):
    active = pair.wait_settled()
    wait_until(lambda: samples(get(active, "/metrics").decode())
               ['wslb_vrrp_takeover_ready{section="public"}'] == 1, 5, "a successor")
    text = get(active, "/metrics").decode()
    shown = samples(text)
    assert shown['wslb_vrrp_state{section="public",state="active"}'] == 1
    assert shown['wslb_vrrp_transitions_total{section="public",state="active"}'] == 1
    assert shown["wslb_proxy_up"] == 1 and shown["wslb_alarms"] == 0
    other = pair.other(active).name
    assert shown[f'wslb_peer_connected{{peer="{other}",kind="node"}}'] == 1
    sent = 'wslb_vrrp_adverts_sent_total{section="public"}'
    before = shown[sent]
    wait_until(lambda: samples(get(active, "/metrics").decode())[sent] > before, 3, "adverts")
    if promtool := shutil.which("promtool"):
        checked = subprocess.run([promtool, "check", "metrics"], input=text, text=True,
                                 capture_output=True, check=False)
        assert checked.returncode == 0 and not checked.stdout + checked.stderr, checked
    # Whatever the rules and the dashboard ask of the agent is there.
    asked = set(re.findall(r"\bwslb_[a-z_]+", (ALERTS / "wslb-alerts.yml").read_text() +
                           (ROOT / "docs" / "grafana" / "wslb.json").read_text()))
    there = {name.partition("{")[0] for name in shown} | set(
        re.findall(r"# TYPE (\w+)", text))
    proxys = {"wslb_server_open_tunnels"}
    assert asked - proxys <= there, asked - there


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool")
def test_alert_rules():
    for what in (("check", "rules", "wslb-alerts.yml"), ("test", "rules", "wslb-alerts-test.yml"),
                 ("check", "config", "scrape.yml")):
        done = subprocess.run(["promtool", *what], cwd=ALERTS, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_page_and_json_from_another_host(pair):
    active = pair.wait_settled()
    backup = pair.other(active)
    page = backup.fetch(url(active, "/")).decode()
    assert "<svg" in page and "All is well" in page and active.name in page
    assert "http-equiv=\"refresh\"" in page, "it works without JavaScript"
    assert not re.search(r"(src|href)=\"(https?:)?//", page), "nothing from elsewhere"
    assert "<html" not in backup.fetch(url(active, "/live")).decode()
    status = json.loads(backup.fetch(url(active, "/status.json")))
    assert status["node"] == active.name and status["traffic"]
    events = json.loads(backup.fetch(url(active, "/events.json")))
    assert any(event.get("state") == "active" for event in events)
    pair.fail_over(active)
    pair.wait_active(backup)
    wait_until(lambda: json.loads(active.fetch(url(backup, "/status.json")))["vrrp"][0]["state"]
               == "active", 3, "the page of the new one")


def test_hostile_clients_get_short_answers_and_harm_nobody(pair):
    host = pair.wait_settled()
    assert raw(host, b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").startswith(
        b"HTTP/1.1 405 ")
    assert raw(host, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n").startswith(b"HTTP/1.1 400 ")
    assert raw(host, b"GET /" + b"a" * 7000 + b" HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 431 ")
    assert raw(host, b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n").startswith(
        b"HTTP/1.1 431 ")
    assert raw(host, b"GET /../../etc/passwd HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 404 ")
    assert raw(host, b"HEAD /metrics HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n")
    # Who sends nothing is hung up on; who takes all places is not the pair's trouble.
    with host.inside():
        idle = [socket.create_connection((host.address, PORT), 10) for _ in range(80)]
    refused = [one for one in idle if not is_open(one)]
    assert len(refused) >= 80 - 64, "more than that are not taken"
    assert pair.wait_settled() is host
    begin = time.monotonic()
    while any(is_open(one) for one in idle):
        assert time.monotonic() - begin < 8, "they are hung up on"
        time.sleep(0.2)
    for one in idle:
        one.close()
    assert b"200 OK" in raw(host, b"GET /metrics HTTP/1.0\r\n\r\n")
    assert pair.wait_settled() is host


def is_open(client):
    client.settimeout(0.05)
    try:
        return client.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def test_the_thread_that_reads_strangers_has_no_capability(pair):
    host = pair.wait_settled()
    pid = next(pid for pid in host.pids() if pathlib.Path(f"/proc/{pid}/comm").read_text() ==
               "wslb-agent\n")
    web = next(thread.parent for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/comm")
               if thread.read_text() == "web\n")
    status = (web / "status").read_text()
    ipc_lock = 1 << 14  # of use only where memory is locked
    for kind in ("CapEff", "CapPrm", "CapAmb"):
        held = int(re.search(rf"{kind}:\s+([0-9a-f]+)$", status, re.M).group(1), 16)
        assert held & ~ipc_lock == 0, (kind, status)


def test_a_hanging_agent_is_an_answer_too(pair):
    host = pair.wait_settled()
    wslb = pair[host]
    wslb.proxy.freeze()
    try:
        wait_until(lambda: samples(get(host, "/metrics").decode())["wslb_proxy_up"] == 0, 5,
                   "the proxy is down")
        assert json.loads(get(host, "/status.json"))["traffic"] == []
    finally:
        wslb.proxy.thaw()
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(host, "/nothing")
    assert refused.value.code == 404
