"""`wslbctl reload` and `reload --hard`: nothing drops, and no old process stays behind."""
import pytest

from .clock import now_ms, wait_until
from .configuration import VIP
from .flow import Flow, Server
from .http_client import HttpClient
from .solo import kind_under_test
from .vault_bed import make_vault_bed, story

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone")

PORT = 3900


@pytest.fixture
def bed():
    with make_vault_bed(PORT, lambda host: Server(host, PORT)) as made:
        yield made
        wrong = made.pair.stop()
        assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("flags", [(), ("--hard",)])
def test_a_reload_drops_nothing(bed, flags):
    active = bed.pair.wait_settled()
    wslb = bed.pair[active]
    flow = Flow(bed.client, VIP, 50, pause_ms=20)
    with bed.client.inside():
        idle = HttpClient(VIP)
    assert idle.get("/first").status == 200
    begun = now_ms()
    for turn in range(3):
        text = wslb.file.read_text()
        wslb.file.write_text(text.replace("default_backend app\n",
                                          f"default_backend app\n    monitor-uri /turn{turn}\n", 1)
                             if turn == 0 else text.replace(f"/turn{turn - 1}", f"/turn{turn}"))
        done = wslb.ctl("reload", *flags)
        assert ("goes on with" if flags else "uses it") in done.stdout
        assert b"200 OK" in idle.get(f"/turn{turn}").body
        begun = now_ms()
        wait_until(lambda: now_ms() > begun + 300, 5, "some traffic")
    assert not flow.end()["lost"], story(bed, [])
    assert bed.pair.owners() == [active]
    running = wslb.host.run("sh", "-c", f"pgrep -cf 'wslb-proxy -f {wslb.file}'").stdout
    assert int(running) == 2, "the proxy, and the shell that asks"


@pytest.mark.parametrize("flags", [(), ("--hard",)])
def test_a_bad_configuration_changes_nothing(bed, flags):
    wslb = bed.pair[bed.pair.wait_settled()]
    flow = Flow(bed.client, VIP, 5, pause_ms=20)
    pid = wslb.status()["proxy"]["pid"]
    wslb.file.write_text(wslb.file.read_text().replace("roundrobin", "roundrobbin"))
    done = wslb.ctl("reload", *flags, check=False)
    assert done.returncode == 1
    assert f"{wslb.file}:" in done.stderr and "nothing was changed" in done.stderr
    assert wslb.status()["proxy"]["pid"] == pid
    wslb.proxy.freeze()
    wait_until(lambda: wslb.proxy_state() != "up", 5, "it is silent")
    done = wslb.ctl("reload", *flags, check=False)
    assert done.returncode == 1 and "no proxy is up" in done.stderr
    wslb.proxy.thaw()
    wait_until(lambda: wslb.proxy_state() == "up", 5, "it is back")
    wslb.file.write_text(wslb.file.read_text().replace("roundrobbin", "roundrobin"))
    bed.pair.wait_settled()
    flow.end()
