"""Many tunnels, many reloads, with other certificates and servers each time: no tunnel is lost but
those of removed servers, and the proxy's memory and descriptors stay what they were."""
import os
import resource
import shutil
import socket
import ssl
import time

import pytest

from tests.differential.certificates import Authority

from .clock import wait_until
from .stats_socket import Operator
from .solo import ADDRESS, Solo

DESCRIPTORS_MAX = 20_000  # of each process
TLS_PORT = 9443
GUESTS = 5  # tunnels of the server that goes with the next reload


@pytest.fixture(scope="module")
def crowd():
    """A Solo whose programs, this one too, may open many descriptors."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS_MAX, max(before[1], DESCRIPTORS_MAX)))
    made = Solo()
    yield made
    made.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def certificates(crowd):
    authority = Authority(crowd.network.directory / "authority")
    return [authority.issue(name) for name in ("one.example", "two.example")]


def configuration(crowd, round_):
    directory = crowd.host.directory
    extra = (f"    use_backend extra if {{ hdr(X-Guest) 1 }}\n"
             f"    bind {ADDRESS}:{TLS_PORT} ssl crt {directory / 'soak.pem'}\n")
    text = crowd.configuration("    balance roundrobin", frontend=extra)
    # Each round has a server of its own beside those that stay.
    tail = f"\nbackend extra\n    server guest{round_} {crowd.apps[round_ % 3].endpoint}\n"
    top = f"    stats socket {directory / 'soak.sock'} level admin\n    nbthread 2\n"
    text = text.replace("maxconn 4000", "maxconn 9900")
    return text.replace("global\n", "global\n" + top, 1) + tail


def name_on_certificate(crowd):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with crowd.client.inside(), socket.create_connection((ADDRESS, TLS_PORT), 10) as plain, \
            context.wrap_socket(plain) as client:
        der = client.getpeercert(binary_form=True)
    return "one" if b"one.example" in der else "two"


def resident_kb(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def is_instrumented(process):
    with open(f"/proc/{process.pid}/maps") as maps:
        return any("libasan" in line or "libtsan" in line for line in maps)


def echo_all(tunnels, message):
    for tunnel in tunnels:
        tunnel.send(message)
    for tunnel in tunnels:
        assert tunnel.receive() == (2, message)


def one_round(crowd, process, operator, certificates, tunnels, round_):
    guests = [crowd.websocket("/echo", "X-Guest: 1") for _ in range(GUESTS)]
    echo_all(guests, b"guest")
    shutil.copy(certificates[round_ % 2], crowd.host.directory / "soak.pem")
    begin = time.monotonic()
    crowd.reload(process, configuration(crowd, round_))
    took = time.monotonic() - begin
    for guest in guests:
        assert guest.receive_rest() == b""
        guest.close()
    assert name_on_certificate(crowd) == ("one", "two")[round_ % 2]
    app = crowd.apps[round_ % 3]
    assert "registered" in operator.ask(f"add server app/extra {app.endpoint} enabled")
    echo_all(tunnels[round_ % 10::max(len(tunnels) // 50, 1)], b"%d" % round_)
    operator.ask("disable server app/extra")
    assert "deleted" in operator.ask("del server app/extra")
    return took


@pytest.mark.parametrize("count, reloads", [
    (200, 20), pytest.param(8000, 100, marks=pytest.mark.long)])
def test_tunnels_outlive_all_reloads(crowd, certificates, count, reloads):
    operator = Operator(crowd.host.directory / "soak.sock")
    shutil.copy(certificates[0], crowd.host.directory / "soak.pem")
    with crowd.proxy(configuration(crowd, 0)) as process:
        tunnels = [crowd.websocket(timeout_s=60) for _ in range(count)]
        echo_all(tunnels, b"begin")
        resident, open_files, took = [], [], []
        for round_ in range(1, reloads + 1):
            took.append(one_round(crowd, process, operator, certificates, tunnels, round_))
            resident.append(resident_kb(process))
            open_files.append(descriptors(process))
        echo_all(tunnels, b"end")
        assert operator.stat("web", "FRONTEND")["scur"] == str(count)
        assert operator.stat("app", "BACKEND")["scur"] == str(count)
        settled = resident[reloads // 10]
        print(f"{count} tunnels, {reloads} reloads: resident {settled} kB after "
              f"{reloads // 10 + 1}, {resident[-1]} kB after all, descriptors "
              f"{min(open_files)} to {max(open_files)}, reload {sorted(took)[reloads // 2]:.3f} s "
              f"in the middle, {max(took):.3f} s at most")
        assert max(open_files) - min(open_files) <= 20
        if not is_instrumented(process):
            assert resident[-1] - settled < max(4_000, settled // 50)
        for tunnel in tunnels:
            tunnel.close()
        wait_until(lambda: operator.stat("app", "BACKEND")["scur"] == "0", 30, "all have ended")
