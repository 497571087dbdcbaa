"""`stick on engineio-sid`: socket.io clients without cookies stay on their server."""
import re

import pytest

from .chat import Chat, Crowd
from .clock import now_ms, wait_until
from .solo import ADDRESS, Solo
from .stats_socket import Operator

CLIENTS = 50


class Service:
    def __init__(self, table="type string len 64 size 10k expire 30s",
                 rules="stick on engineio-sid"):
        self.solo = Solo()
        network = self.solo.network
        self.chat = Chat([network.add_host(f"app{n}", f"10.77.0.4{n}") for n in (1, 2)])
        self.socket = self.solo.host.directory / "stats.sock"
        self.operator = Operator(self.socket)
        self.text = self.solo.configuration(
            f"    balance roundrobin\n    stick-table {table}\n    {rules}\n",
            apps=self.chat.servers).replace(
            "global\n", f"global\n    stats socket {self.socket} level admin\n", 1)

    def crowd(self, transport, count=CLIENTS):
        return Crowd(self.solo.client, f"http://{ADDRESS}:{self.solo.port}", count, transport)

    def table(self):
        """{sid: server} of the proxy."""
        text = self.operator.ask("show table app")
        return dict(re.findall(r"key=(\S+) .*server_key=(\S+)", text))

    def sids(self, crowd):
        """{client: sid} of the connections that are open."""
        sids = {event["client"]: event["value"] for event in crowd.events(0, "sid")}
        return {client: sids[client] for client in crowd.connected()}


@pytest.fixture
def service():
    made = Service()
    yield made
    made.solo.close()


def wait_connected(crowd):
    wait_until(lambda: len(crowd.connected()) == crowd.count, 30, "all are connected", 0.05)


def assert_stable(service, crowd, quiet_ms=3000):
    """Nothing happens for a while, though every client hears of its server all the time."""
    begin = now_ms()
    while now_ms() < begin + quiet_ms:
        crowd.wait_received(service.chat.broadcast())
    assert not crowd.events(begin, "disconnect", "error")
    assert not crowd.events(0, "disconnect", "error")
    assert not service.chat.strays()
    homes = crowd.connected()
    assert sorted(set(homes.values())) == ["app1", "app2"]
    entries = service.table()
    for client, sid in service.sids(crowd).items():
        assert entries[sid] == homes[client]


@pytest.mark.parametrize("transport", ["polling", "upgrade", "websocket"])
def test_clients_without_cookies_stay_on_their_server(service, transport):
    with service.solo.proxy(service.text):
        crowd = service.crowd(transport)
        wait_connected(crowd)
        if transport == "upgrade":
            wait_until(lambda: len(crowd.upgraded()) == CLIENTS, 20, "all have upgraded", 0.05)
        assert_stable(service, crowd)
        crowd.process.stop()


def test_without_the_rule_polling_does_not_work(service):
    """So that the test above proves something."""
    text = service.text.replace("    stick on engineio-sid\n", "")
    with service.solo.proxy(text):
        crowd = service.crowd("polling", 4)
        wait_until(lambda: len(crowd.events(0, "error", "disconnect")) > 4, 20, "errors", 0.05)
        crowd.process.stop()


def test_an_upgraded_session_is_held_by_its_tunnel(service):
    text = service.text.replace("expire 30s", "expire 2s")
    with service.solo.proxy(text):
        crowd = service.crowd("upgrade", 4)
        crowd.wait_all()
        crowd.wait_quiet(now_ms(), 3500)
        assert len(service.table()) == 4
        crowd.process.stop()
        wait_until(lambda: not service.table(), 8, "the entries are gone", 0.1)


def test_a_sid_that_was_never_given_is_not_learned(service):
    with service.solo.proxy(service.text):
        for n in range(10):
            path = f"/socket.io/?EIO=4&transport=polling&sid=made-up-{n}"
            assert service.solo.get(path).status == 400
        assert not service.table()


def test_a_handshake_reaches_the_client_byte_for_byte(service):
    """With every framing that a server may choose; nothing is altered and the sid is learned."""
    with service.solo.proxy(service.text):
        answer = service.solo.get("/socket.io/?EIO=4&transport=polling")
        assert answer.status == 200 and answer.body.startswith(b'0{"sid":"')
        sid = answer.body.split(b'"')[3].decode()
        assert sid in service.table()
        assert int(answer.header("Content-Length")) == len(answer.body)
        again = service.solo.get(f"/socket.io/?EIO=4&transport=polling&sid={sid}",
                                 method="POST", body=b"40")
        assert again.status == 200
