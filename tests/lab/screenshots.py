"""Makes the pictures of docs/screenshots: the status page, `wslbctl status` and `top`, of a pair
with tunnels that has seen a failover. `./dev screenshots` runs it."""
import contextlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.lab import terminal_picture  # noqa: E402
from tests.lab.bed import Bed  # noqa: E402
from tests.lab.browser import Browser, available  # noqa: E402
from tests.lab.clock import wait_until  # noqa: E402
from tests.lab.configuration import VIP  # noqa: E402
from tests.lab.program import ROOT  # noqa: E402
from tests.lab.screen import Screen  # noqa: E402
from tests.lab.sticky_pair import SamePair  # noqa: E402
from tests.lab.websocket import WebSocket  # noqa: E402

PORT = 8406
FOLDER = ROOT / "docs" / "screenshots"
TUNNELS = 40


def shown_pair(network, apps):
    return SamePair(network, apps, cluster_extra=f"    status-bind *:{PORT}\n")


def open_tunnels(bed, count):
    tunnels = []
    with bed.client.inside():
        for number in range(count):
            tunnels.append(WebSocket(VIP, 80, f"/echo?room=room-{number}"))
    for number, tunnel in enumerate(tunnels):
        tunnel.send(b"x" * 100 * (1 + number % 7))
        tunnel.receive()
    return tunnels


def main():
    if not available():
        sys.exit("the pictures are made by chromium: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    bed = Bed(shown_pair, probe=False, watch=False)
    try:
        first = bed.pair.wait_settled()
        second = bed.pair.other(first)
        open_tunnels(bed, 5)
        bed.pair.fail_over(first)
        bed.pair.wait_active(second)
        bed.pair[second].ctl("failover", "--to", first.name)
        bed.pair.wait_active(first)
        tunnels = open_tunnels(bed, TUNNELS)
        wslb = bed.pair[first]
        wait_until(lambda: wslb.status()["proxy"]["tunnels"] >= TUNNELS and not
                   wslb.status()["alarms"], 10, "the pair is well")
        # Not a figure of the moment at which everything was busy with being started.
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: max(peer["lag"] for peer in wslb.status()["peers"]) < 1, 20, "lag")
        browser = Browser(bed.client)
        browser.shoot(f"http://{first.address}:{PORT}/", FOLDER / "page.png", height=1250)
        with contextlib.closing(Screen(wslb, "status")) as screen:
            screen.end()
            terminal_picture.shoot(browser, screen.text, FOLDER / "status.png")
        with contextlib.closing(Screen(wslb, "top")) as screen:
            screen.wait_frames(2)
            for tunnel in tunnels:
                tunnel.send(b"y" * 500)
            screen.wait_frames(4)
            terminal_picture.shoot(browser, terminal_picture.last_frame(screen.text),
                                   FOLDER / "top.png")
        print(*sorted(FOLDER.glob("*.png")), sep="\n")
    finally:
        bed.pair.stop()
        bed.network.close()


if __name__ == "__main__":
    main()
