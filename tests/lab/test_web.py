"""`status-bind`: the metrics and the page from outside, by whoever may reach it."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error

import pytest

from .clock import wait_until
from .program import ROOT
from .solo import kind_under_test

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

PORT = 8406
EXPORTER = 8404
ALERTS = ROOT / "docs" / "prometheus"


@pytest.fixture
def pair(make_bed):
    return make_bed(probe=False, cluster_extra=f"    status-bind node:{PORT}\n", extra=f"""
frontend metrics
    bind 127.0.0.1:{EXPORTER}
    http-request use-service prometheus-exporter if {{ path /metrics }}
""").pair


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


def test_rules_and_dashboard_ask_for_what_is_there(pair):
    active = pair.wait_settled()
    texts = [get(active, "/metrics").decode(),
             active.fetch(f"http://127.0.0.1:{EXPORTER}/metrics").decode()]
    there, labels = set(), set()
    for text in texts:
        there |= set(re.findall(r"# TYPE (\w+)", text))
        for name, pairs in re.findall(r"^(\w+)\{(.*)\} ", text, re.MULTILINE):
            labels |= {(name, *pair) for pair in re.findall(r'(\w+)="([^"]*)"', pairs)}
    dashboard = json.loads((ROOT / "docs" / "grafana" / "wslb.json").read_text())
    expressions = [*re.findall(r"expr: (.*)", (ALERTS / "wslb-alerts.yml").read_text()),
                   *texts_of(dashboard, "expr"), *texts_of(dashboard, "query"),
                   *texts_of(dashboard, "definition")]
    assert len(expressions) > 30
    asked = {name for one in expressions for name in re.findall(r"\b(?:wslb|haproxy)_\w+", one)
             if name != "wslb_agent"}
    assert len(asked) > 20 and asked <= there, asked - there
    # And in the states and kinds that they name.
    for expression in expressions:
        for name, matchers in re.findall(r"\b((?:wslb|haproxy)_\w+)\{([^}]*)\}", expression):
            for label, _, value in re.findall(r'(\w+)(=~|=)"([^"$]*)"', matchers):
                if label in ("instance", "job", "proxy"):
                    continue
                for one in value.split("|"):
                    assert (name, label, one) in labels, (name, label, one)


def texts_of(tree, key):
    """All values of that key that are texts, wherever they are in the JSON."""
    if isinstance(tree, list):
        return [text for one in tree for text in texts_of(one, key)]
    if not isinstance(tree, dict):
        return []
    own = [tree[key]] if isinstance(tree.get(key), str) else []
    return own + [text for one in tree.values() for text in texts_of(one, key)]


def test_each_alert_is_tested_both_ways():
    """In the pair in good order it is expected not to fire, and somewhere else to do so."""
    alerts = re.findall(r"- alert: (\w+)", (ALERTS / "wslb-alerts.yml").read_text())
    tests = (ALERTS / "wslb-alerts-test.yml").read_text()
    good, _, bad = tests.partition("  - name: the VIP is nowhere")
    assert len(alerts) > 15 and bad
    for alert in alerts:
        assert f"alertname: {alert}, exp_alerts: []" in good, alert
        assert re.search(rf'(alertname: |alertname="){alert}\b', bad), alert
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    assert not [alert for alert in alerts if f"`{alert}`" not in runbook]


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


def test_a_flood_of_requests_does_not_disturb_the_election(make_bed):
    pair = make_bed(probe=False, advert_ms=20, cluster_extra=f"    status-bind *:{PORT}\n").pair
    host = pair.wait_settled()
    client = pair.network.hosts["client"]
    before = len(pair[host].events())
    end = time.monotonic() + 3
    asked = []

    def flood():
        while time.monotonic() < end:
            asked.append(client.fetch(url(host, "/")))

    threads = [threading.Thread(target=flood) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) > 20
    assert pair.wait_settled() is host
    changes = [event for event in pair[host].events()[before:] if "vrrp" in event[1]]
    assert not changes, changes


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
