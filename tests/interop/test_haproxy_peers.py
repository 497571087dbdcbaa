"""HAProxy's stick tables and ours, over HAProxy's peers protocol."""
import socket

import pytest

from tests.lab.app import App
from tests.lab.clock import wait_until
from tests.lab.network import Network

from .haproxy_peer import PORT, HaproxyPeer, StickyPeer

STRING, INTEGER, IP, IP6, BINARY = 6, 2, 4, 5, 7
SERVER_KEY = "19"
TABLE = "type string len 64 size 100k expire 60s"
OURS = ("table", "bk", STRING, 64, 60000, SERVER_KEY)


class Lab:
    def __init__(self):
        self.network = Network()
        self.lb1 = self.network.add_host("lb1", "10.77.0.11")
        self.host = self.network.add_host("hap", "10.77.0.12")
        servers = [App(self.host, f"app{n}", 3000 + n) for n in (1, 2)]
        self.hap = HaproxyPeer(self.host, servers)
        self.ours = StickyPeer(self.lb1, self.host.address)

    def start(self, table=TABLE, ours=OURS, **more):
        self.hap.configure(table, **more)
        self.hap.start()
        self.ours.start()
        self.ours.say(*ours)
        self.ours.wait_connected()

    def wait_entry(self, key, what=lambda entry: True, table="bk"):
        def found():
            entry = self.hap.table(table).get(key)
            return entry if entry and what(entry) else None
        return wait_until(found, 5, f"HAProxy has {key}: {self.hap.table(table)}", 0.05)


@pytest.fixture
def lab(request):
    made = Lab()
    yield made
    try:
        code = made.ours.stop() if made.ours.process else 0
        if code != 0 or getattr(request.node, "failed", False):
            for log in sorted(made.network.directory.glob("*/*.log")):
                print(f"--- {log.parent.name}/{log.name}\n{log.read_text()[-4000:]}")
        assert code == 0
    finally:
        made.network.close()


def test_an_entry_of_haproxy_reaches_us(lab):
    lab.start()
    served = lab.hap.ask("/?room=lobby")
    told = lab.ours.wait_told("lobby")
    assert told["server"] == {"app1": "s1", "app2": "s2"}[served]
    assert lab.hap.table()["lobby"]["server_key"] == told["server"]


@pytest.mark.parametrize("server", ["s1", "s2"])
def test_haproxy_routes_by_our_entry(lab, server):
    lab.start()
    for room in range(4):
        lab.ours.put("bk", f"room{room}", server)
    lab.wait_entry("room3")
    served = {lab.hap.ask(f"/?room=room{room}") for room in range(4)}
    assert served == {f"app{server[1:]}"}


def test_haproxy_acknowledges(lab):
    lab.start()
    for i in range(300):
        lab.ours.put("bk", f"k{i}", "s1")
    wait_until(lambda: lab.ours.figures()["behind"] == 0, 5, "all is acknowledged", 0.05)
    assert len(lab.hap.table()) == 300


def test_our_entry_expires_there_when_it_does_here(lab):
    lab.start()
    lab.ours.put("bk", "short", "s1", 5000)
    entry = lab.wait_entry("short")
    assert 2000 < int(entry["exp"]) <= 5000


def test_what_haproxy_knew_before_is_learned(lab):
    lab.hap.configure(TABLE)
    lab.hap.start()
    for i in range(20):
        lab.hap.ask(f"/?room=r{i}")
    lab.ours.start()
    lab.ours.say(*OURS)
    for i in range(20):
        assert lab.ours.wait_told(f"r{i}")["server"] in ("s1", "s2")


def test_tables_that_come_later_are_learned(lab):
    lab.start(ours=("figures",))
    lab.hap.ask("/?room=early")
    lab.ours.say(*OURS)
    lab.ours.wait_told("early")


def test_a_restarted_haproxy_gets_everything_back(lab):
    lab.start()
    served = lab.hap.ask("/?room=theirs")
    lab.ours.wait_told("theirs")
    lab.ours.put("bk", "ours", "s2", 30000)
    lab.wait_entry("ours")
    lab.hap.restart()
    wait_until(lambda: {"theirs", "ours"} <= lab.hap.table().keys(), 12, "everything", 0.1)
    assert lab.hap.ask("/?room=theirs") == served
    assert int(lab.hap.table()["ours"]["exp"]) <= 30000


def test_a_reload_of_haproxy_loses_nothing(lab):
    lab.start()
    lab.ours.put("bk", "before", "s1")
    lab.wait_entry("before")
    lab.hap.reload()
    lab.ours.put("bk", "during", "s2")
    wait_until(lambda: {"before", "during"} <= lab.hap.table().keys(), 12, "both", 0.1)
    lab.hap.ask("/?room=after")
    lab.ours.wait_told("after", timeout_s=10)


def test_our_restart_is_answered_with_everything(lab):
    lab.start()
    lab.ours.put("bk", "x", "s2")
    lab.wait_entry("x")
    assert lab.ours.stop() == 0
    lab.ours.entries.clear()
    lab.hap.ask("/?room=meanwhile")
    lab.ours.start()
    lab.ours.say(*OURS)
    lab.ours.wait_told("meanwhile", timeout_s=10)
    assert lab.ours.wait_told("x")["server"] == "s2"


def test_nothing_is_echoed(lab):
    lab.start()
    for i in range(10):
        lab.hap.ask(f"/?room=r{i}")
    lab.ours.wait_told("r9")
    lab.ours.put("bk", "end", "s1")
    lab.wait_entry("end")
    seen = len(lab.ours.told)
    lab.hap.ask("/?room=last")
    lab.ours.wait_told("last")
    assert {told["text"] for told in lab.ours.told[seen:]} == {"last"}


@pytest.mark.parametrize("kind,number,length,param,key,shown", [
    ("integer", INTEGER, 4, "4711", (4711).to_bytes(4, "big"), "4711"),
    ("ip", IP, 4, "192.0.2.7", bytes([192, 0, 2, 7]), "192.0.2.7"),
    ("ipv6", IP6, 16, "2001:db8::7", socket.inet_pton(socket.AF_INET6, "2001:db8::7"),
     "2001:db8::7"),
    ("string len 10", STRING, 10, "0123456789", b"0123456789", "0123456789"),
    ("string", STRING, 31, "x" * 40, b"x" * 31, "x" * 31),
    ("binary len 8", BINARY, 8, "abcdefgh", b"abcdefgh", None),
])
def test_keys_of_every_type(lab, kind, number, length, param, key, shown):
    lab.start(f"type {kind} size 1k expire 60s",
              ("table", "bk", number, length, 60000, SERVER_KEY))
    lab.ours.put("bk", key, "s2")
    wait_until(lambda: lab.hap.table(), 5, "HAProxy has it", 0.05)
    if shown:
        assert lab.hap.table()[shown]["server_key"] == "s2"
    assert lab.hap.ask(f"/?room={param}") == "app2"
    other = {"4711": "4712", "192.0.2.7": "192.0.2.8", "2001:db8::7": "2001:db8::8"}
    lab.hap.ask(f"/?room={other.get(param, 'A' + param[1:])}")
    def others():
        return [told for told in lab.ours.told if bytes.fromhex(told["key"]) != key]
    told = wait_until(others, 5, "HAProxy's own", 0.05)
    assert len(bytes.fromhex(told[0]["key"])) == len(key)


COUNTERS = "store gpc0,gpc0_rate(10s),http_req_cnt,http_req_rate(10s),bytes_out_cnt"
ARRAYS = "store gpt(2),gpc(3),gpc_rate(2,10s)"
TRACK = "    http-request track-sc0 url_param(room) table bk\n"
OUR_COUNTERS = ("table", "bk", STRING, 64, 60000, 2, "3:0:10000", 9, "10:0:10000", 15)
OUR_ARRAYS = ("table", "bk", STRING, 64, 60000, "22:2", "23:3", "24:2:10000")


def test_counters_of_haproxy_reach_us(lab):
    lab.start(f"{TABLE} {COUNTERS}", OUR_COUNTERS, rules="", top=TRACK +
              "    http-request sc-inc-gpc0(0)\n")
    for _ in range(3):
        lab.hap.ask("/?room=a")
    def data():
        told = lab.ours.entries.get(("bk", "a"))
        return told["data"] if told and told["data"]["2.0"][0] == 3 else None
    seen = wait_until(data, 5, "three of them", 0.05)
    assert seen["3.0"][0] == 3 and seen["9.0"][0] == 3 and seen["10.0"][0] == 3
    assert seen["10.0"][1] < 10000


def test_arrays_of_haproxy_reach_us(lab):
    lab.start(f"{TABLE} {ARRAYS}", OUR_ARRAYS, rules="", top=TRACK +
              "    http-request sc-set-gpt(1,0) 77\n    http-request sc-inc-gpc(1,0)\n")
    lab.hap.ask("/?room=a")
    seen = lab.ours.wait_told("a")["data"]
    assert [seen[f"22.{i}"][0] for i in range(2)] == [0, 77]
    assert [seen[f"23.{i}"][0] for i in range(3)] == [0, 1, 0]
    assert [seen[f"24.{i}"][0] for i in range(2)] == [0, 1]


def test_our_counters_reach_haproxy(lab):
    lab.start(f"{TABLE} {COUNTERS}", OUR_COUNTERS, rules="")
    lab.ours.put("bk", "b", "-", 60000, "2.0=300", "3.0=50,0,0", "9.0=12345", "10.0=9,0,0",
                 f"15.0={5 << 32}")
    entry = lab.wait_entry("b")
    assert entry["gpc0"] == "300" and entry["http_req_cnt"] == "12345"
    assert entry["bytes_out_cnt"] == str(5 << 32)
    assert int(entry["http_req_rate(10000)"]) == 9


def test_our_arrays_reach_haproxy(lab):
    lab.start(f"{TABLE} {ARRAYS}", OUR_ARRAYS, rules="")
    lab.ours.put("bk", "b", "-", 60000, "22.1=8", "23.0=1", "23.2=3", "24.1=6,0,0")
    entry = lab.wait_entry("b")
    assert entry["gpt1"] == "8" and entry["gpc0"] == "1" and entry["gpc2"] == "3"
    assert entry["gpc1_rate(10000)"] == "6"


def test_a_table_of_the_peers_section(lab):
    lab.start(None, ("table", "/shared", STRING, 64, 60000, SERVER_KEY), rules="stick on "
              "url_param(room) table lab/shared", tables=f"    table shared {TABLE}\n")
    lab.ours.put("/shared", "x", "s2")
    lab.wait_entry("x", table="lab/shared")
    assert lab.hap.ask("/?room=x") == "app2"
    lab.hap.ask("/?room=y")
    lab.ours.wait_told("y", "/shared")


def test_keys_of_another_length_are_told_and_harmless(lab):
    lab.start("type string len 32 size 1k expire 60s")
    lab.hap.ask("/?room=x")
    log = lab.ours.process.log
    wait_until(lambda: "keys of another type or length" in log.read_text(), 5, "a warning", 0.05)
    assert not lab.ours.told and lab.ours.figures()["connected"]


def test_a_silent_night_keeps_the_connection(lab):
    lab.start()
    def socket_names():
        return lab.lb1.run("ss", "-Htn", "state", "established", f"( sport = :{PORT} or "
                           f"dport = :{PORT} )").stdout.split()[2:4]
    # Where both have dialled at the begin, HAProxy hangs up once and chooses the time by lot.
    lab.lb1.run("sleep", "4")
    before = socket_names()
    lab.lb1.run("sleep", "15")
    assert before and socket_names() == before
    assert "proto_err=0" in lab.hap.operator.ask("show peers")


def test_a_haproxy_that_does_not_know_us_is_dialled_until_it_does(lab):
    lab.hap.configure(TABLE, peers={"hap": f"{lab.host.address}:{PORT}"})
    lab.hap.start()
    lab.ours.start()
    lab.ours.say(*OURS)
    log = lab.ours.process.log
    wait_until(lambda: "does not know our name" in log.read_text(), 8, "504", 0.05)
    lab.hap.configure(TABLE)
    lab.hap.reload()
    lab.ours.wait_connected(10)
    lab.hap.ask("/?room=x")
    lab.ours.wait_told("x")


def test_a_haproxy_that_hangs_is_given_up_and_found_again(lab):
    lab.start()
    pids = lab.host.pids()
    workers = [pid for pid in pids if b"haproxy" in open(f"/proc/{pid}/comm", "rb").read()]
    for pid in workers:
        lab.host.run("kill", "-STOP", pid)
    wait_until(lambda: not lab.ours.figures()["connected"], 14, "it is given up", 0.2)
    lab.ours.put("bk", "meanwhile", "s2")
    for pid in workers:
        lab.host.run("kill", "-CONT", pid)
    wait_until(lambda: "meanwhile" in lab.hap.table(), 12, "found again", 0.2)


def test_garbage_at_our_port(lab):
    lab.start()
    for bytes_sent in (b"GET / HTTP/1.1\r\n\r\n", b"HAProxyS 2.1\nwslb\nstranger 1 1\n",
                       b"HAProxyS 9.9\n", b"\0" * 5000, b"HAProxyS 2.1\nnobody\nhap 1 1\n"):
        with lab.host.inside(), socket.create_connection((lab.lb1.address, PORT), 5) as client:
            client.sendall(bytes_sent)
            answer = client.recv(100)
            assert answer in (b"", b"501\n", b"502\n")
    lab.ours.put("bk", "x", "s1")
    lab.wait_entry("x")


def test_many_entries_both_ways(lab):
    lab.start()
    lab.ours.say("fill", "bk", 20000, "s2")
    wait_until(lambda: lab.ours.figures()["behind"] == 0, 30, "all are acknowledged", 0.2)
    assert "used:20000" in lab.hap.operator.ask("show table")
    assert lab.ours.stop() == 0
    lab.ours.start()
    lab.ours.say(*OURS)
    wait_until(lambda: len(lab.ours.entries) == 20000, 30, "all of them back", 0.2)
    assert {told["server"] for told in lab.ours.entries.values()} == {"s2"}
