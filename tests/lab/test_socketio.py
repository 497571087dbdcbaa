"""Real socket.io clients over a failing pair; ./dev demo is the long form."""
import pytest

from .chat import Chat, Crowd
from .configuration import VIP
from .keepalived import KeepalivedPair
from .pair import WslbPair
from .solo import kind_under_test

CLIENTS = 20


@pytest.fixture
def service(network):
    chat = Chat([network.add_host(f"app{n}", f"10.77.0.2{n}") for n in (1, 2)])
    pair = (WslbPair if kind_under_test() == "wslb" else KeepalivedPair)(network, chat.servers)
    pair.start()
    crowd = Crowd(network.add_host("client", "10.77.0.31"), f"http://{VIP}", CLIENTS)
    crowd.wait_all()
    yield chat, pair, crowd
    wrong = pair.stop()
    assert not wrong, "\n".join(wrong)


def test_clients_stay_on_their_backend_over_failovers(service):
    chat, pair, crowd = service
    homes = crowd.connected()
    assert sorted(set(homes.values())) == ["app1", "app2"]
    crowd.wait_received(chat.broadcast())
    for method in ("power_off", "fail_over"):
        active = pair.wait_settled()
        fault = getattr(pair, method)(active)
        crowd.wait_quiet(fault)
        crowd.wait_all()
        assert crowd.connected() == homes
        crowd.wait_received(chat.broadcast())
        crowd.wait_received(chat.broadcast())
        pair.restore(active)
    assert not chat.strays()
