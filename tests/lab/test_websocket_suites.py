"""The echo suites of npm's ws and of python3-websockets: through the proxy everything is seen that
is seen without it."""
import json

import pytest

from .program import ROOT
from .solo import ADDRESS

DIRECTORY = ROOT / "tests" / "lab" / "websocket_suites"
PORT = 3100
SUITES = {"ws": ("node", "js", 90), "websockets": ("/usr/bin/python3", "py", 50)}


@pytest.mark.parametrize("suite", SUITES)
def test_suite(solo, suite):
    program, kind, cases = SUITES[suite]
    server = solo.apps[0].host
    process = server.spawn(program, DIRECTORY / f"server.{kind}", PORT, name=f"echo-{suite}")
    try:
        server.wait_listening(PORT, timeout_s=20)
        text = solo.configuration(f"    server echo {server.address}:{PORT}", apps=[])

        def play(address, port):
            done = solo.client.run(program, DIRECTORY / f"client.{kind}", address, port,
                                   timeout_s=120)
            return json.loads(done.stdout)
        direct = play(server.address, PORT)
        with solo.proxy(text):
            through = play(ADDRESS, solo.port)
    finally:
        process.dispose()
    assert len(direct) >= cases
    for name, seen in direct.items():
        assert through[name] == seen, name
