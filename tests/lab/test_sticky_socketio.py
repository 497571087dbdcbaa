"""socket.io clients over a failing pair: without cookies the stick table brings them home, with
cookies those do."""
import pytest

from .chat import Chat, Crowd
from .clock import now_ms, wait_until
from .configuration import DEFAULTS, VIP, proxy_section
from .pair import WslbPair

CLIENTS = 50


def proxies(servers):
    lines = "\n".join(f"    server {one.name} {one.endpoint}" for one in servers)
    return f"""{DEFAULTS}
peers lab
    peer lb1 10.77.0.11:10000
    peer lb2 10.77.0.12:10000

frontend web
    bind {VIP}:80
    default_backend app

backend app
    balance roundrobin
    stick-table type string len 64 size 10k expire 60s peers lab
    stick on engineio-sid
    stick on url_param(client)
{lines}
"""


@pytest.fixture(params=[proxies])
def service(network, request):
    chat = Chat([network.add_host(f"app{n}", f"10.77.0.2{n}") for n in (1, 2)])
    pair = WslbPair(network, chat.servers, request.param(chat.servers))
    pair.start()
    yield chat, pair, network.add_host("client", "10.77.0.31")
    wrong = pair.stop()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("service, transport", [
    (proxies, "polling"), (proxies, "websocket"), (proxy_section, "jar")], indirect=["service"])
def test_a_power_cut_brings_all_back_to_their_server(service, transport):
    chat, pair, host = service
    crowd = Crowd(host, f"http://{VIP}", CLIENTS, transport)
    wait_until(lambda: len(crowd.connected()) == CLIENTS, 30, "all are connected", 0.05)
    homes = crowd.connected()
    assert sorted(set(homes.values())) == ["app1", "app2"]
    fault = pair.power_off(pair.wait_settled())
    crowd.wait_quiet(fault)
    assert crowd.connected() == homes
    crowd.wait_received(chat.broadcast())
    assert not chat.strays()


def test_sessions_made_just_before_the_cut_are_known_too(service):
    chat, pair, host = service
    active = pair.wait_settled()
    crowd = Crowd(host, f"http://{VIP}", CLIENTS, "polling")
    wait_until(lambda: len(crowd.connected()) >= CLIENTS // 2, 30, "half of them", 0.001)
    fault = pair.power_off(active)
    early = {event["client"]: event["value"] for event in crowd.events(0, "hello")
             if event["at"] < fault}
    crowd.wait_quiet(fault)
    homes = crowd.connected()
    assert len(homes) == CLIENTS
    assert {client: homes[client] for client in early} == early
    last = max(event["at"] for event in crowd.events(0, "hello") if event["at"] < fault)
    print(f"{len(early)} clients before the cut, the last one {fault - last:.1f} ms before it")
    assert now_ms() > fault
    crowd.wait_received(chat.broadcast())
