"""The status page in a browser, with JavaScript and without."""
import re
import urllib.request

import pytest

from .browser import Browser, available
from .clock import wait_until
from .configuration import VIP
from .solo import kind_under_test
from .websocket import WebSocket

pytestmark = [pytest.mark.skipif(kind_under_test() != "wslb", reason="of wslb alone"),
              pytest.mark.skipif(not available(), reason="needs chromium")]

PORT = 8406


@pytest.fixture
def bed(make_bed):
    return make_bed(probe=False, cluster_extra=f"    status-bind *:{PORT}\n")


def rows(dom, section):
    part = dom.partition(f'<section id="{section}">')[2].partition("</section>")[0]
    return [re.sub(r"<[^>]*>", " ", row) for row in part.split("<tr")]


def test_the_page_shows_the_pair_and_follows_it(bed):
    active = bed.pair.wait_settled()
    backup = bed.pair.other(active)
    browser = Browser(bed.client)
    page = f"http://{active.address}:{PORT}/"
    with bed.client.inside():
        tunnel = WebSocket(VIP, 80)
    tunnel.send(b"hello")
    tunnel.receive()
    wait_until(lambda: bed.pair[active].status()["vrrp"][0]["takeover"]["ready"], 5, "the peer")
    dom = browser.dom(page)
    assert "All is well" in dom and f"{backup.name} can take over now" in dom
    for name in (active.name, backup.name, "app1", "app2", VIP):
        assert name in dom, name
    assert dom.count('class="host active"') == 1
    backend = next(row for row in rows(dom, "backends") if " app " in row)
    assert " 1 " in backend, "the tunnel is counted"
    assert 'class="span active"' in dom, "the time line"

    # Its own script puts what has changed in place.
    live = browser.dom(page, after_ms=7000)
    assert re.search(r'<main id="main" class="live">', live), live[:2000]

    # An alarm: the peer's proxy is dead.
    bed.pair[backup].proxy.kill()
    wait_until(lambda: not bed.pair[active].status()["vrrp"][0]["takeover"]["ready"], 5, "alarm")
    dom = browser.dom(page)
    assert "1 alarm" in dom and "nobody can take over" in dom
    bed.pair[backup].start_proxy()
    bed.pair.wait_settled()
    tunnel.close()


def test_the_page_works_without_javascript(bed, tmp_path):
    """Chromium takes no picture where scripts are forbidden, hence without them in the page."""
    active = bed.pair.wait_settled()
    browser = Browser(bed.client)
    page = f"http://{active.address}:{PORT}/"
    with bed.client.inside(), urllib.request.urlopen(page, timeout=5) as response:
        text = response.read().decode()
    bare = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert bare != text and active.name in bare and VIP in bare
    (tmp_path / "bare.html").write_text(bare)
    sizes = []
    for number, address in enumerate((page, f"file://{tmp_path}/bare.html")):
        picture = tmp_path / f"{number}.png"
        browser.shoot(address, picture)
        sizes.append(picture.stat().st_size)
    assert min(sizes) > 0.8 * max(sizes) > 20_000, sizes
