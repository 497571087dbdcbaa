"""Streams through tunnels of which every byte is known: none may be lost, repeated or altered.
The programs are streams/client.cpp and streams/server.cpp."""
import json
import signal

from .clock import wait_until
from .wslb import SANITIZERS, binary


class Flow:
    count = 0

    def __init__(self, host, address, tunnels, pause_ms, port=80, bulk=None):
        """Opens all of them, and returns when they are open."""
        Flow.count += 1
        bulk = tunnels // 20 if bulk is None else bulk
        self.process = host.spawn(binary("flow_client"), address, port, tunnels, pause_ms, bulk,
                                  name=f"flow-{Flow.count}", environment=SANITIZERS)
        wait_until(lambda: "open" in self.text() or not self.process.alive, 60,
                   "all tunnels are open")

    def text(self):
        return self.process.text()

    def mark(self):
        """Something is done to the proxies now."""
        self.process.signal(signal.SIGUSR2)

    def end(self, timeout_s=60):
        """-> {"tunnels", "lost": [reason], "bytes", "stalls", "p50", "p99", "max"}: the tunnels'
        longest times without a byte, after each mark, in ms."""
        self.process.signal(signal.SIGUSR1)
        self.process.wait(timeout_s=timeout_s)
        return json.loads(self.text().splitlines()[-1])


class Server:
    def __init__(self, host, port):
        self.process = host.spawn(binary("flow_server"), port, name=f"flow-server-{port}",
                                  environment=SANITIZERS)
        host.wait_listening(port)
