"""Many clients whose requests name their session (`room`), and what each was answered.

Sessions is the side of the tests; run as a program on a lab host this file is the clients: so many
requests a second, most of them of new sessions and some of earlier ones, and tunnels that are open
all the time and come back when they are lost. SIGUSR1 ends the requests, the tunnels stay.
"""
import argparse
import asyncio
import contextlib
import json
import random
import signal
from typing import NamedTuple

from . import websocket
from .clock import now_ms
from .program import Lines, spawn_module

RETURN_MS = 30_000          # sessions that are older do not come back
REQUESTS_OF_CONNECTION = 20
WORKERS = 16
TIMEOUT_S = 1.5
PING_S = 0.5
PATIENCE_S = 2              # without a tunnel's echo
TUNNEL_S = (5, 150)         # a tunnel's life, if nobody cuts it
PAUSE_S = (0.05, 10)        # until its client opens the next one


class Use(NamedTuple):
    """What became of one request of a session. Times in ms of the monotonic clock."""
    kind: str  # "use": answered | "open": a tunnel | "fail": not answered | "lost": a tunnel's end
    key: str
    sent: float  # of "lost": its last echo
    done: float
    app: str = ""
    via: str = ""  # address of the host whose proxy it was


class Sessions:
    def __init__(self, host, address, rate, tunnels=0, returning=0.25, name="s"):
        self.process = spawn_module(host, "sessions", address, rate, tunnels, returning, name,
                                    name=f"sessions-{name}")
        self._lines = Lines(self.process.log)

    def new_uses(self):
        """Those since the last call."""
        return [Use(*json.loads(line)) for line in self._lines.new() if line.startswith("[")]

    def end_requests(self):
        self.process.signal(signal.SIGUSR1)

    def stop(self):
        self.process.dispose()


def tell(*words):
    print(json.dumps(Use(*words)), flush=True)


class _Connection:
    """To the VIP, for requests and then perhaps a tunnel."""

    def __init__(self, address, reader, writer):
        self.address, self.reader, self.writer = address, reader, writer
        self.requests = 0

    @staticmethod
    async def open(address):
        return _Connection(address, *await asyncio.open_connection(address, 80))

    async def get(self, key):
        """(app, via), or an error."""
        self.requests += 1
        self.writer.write(f"GET /whoami?room={key} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        body = await self.reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(head.split(b"\r\n")[0].decode())
        app, _, via = body.decode().split()
        return app, via

    async def upgrade(self, key):
        """The app."""
        self.writer.write(f"GET /echo?room={key} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        if not head.startswith("http/1.1 101"):
            raise ConnectionError(head.split("\r\n", maxsplit=1)[0])
        return head.partition("x-app:")[2].split()[0]

    async def echo(self, payload):
        self.writer.write(websocket.encode(payload, masked=True))
        data = b""
        while not (frame := websocket.decode(data)):
            more = await self.reader.read(4096)
            if not more:
                raise EOFError
            data += more
        assert frame[1] == payload

    def close(self):
        self.writer.transport.abort()


FAILURES = (OSError, EOFError, asyncio.TimeoutError, asyncio.IncompleteReadError,
            asyncio.LimitOverrunError, ValueError, IndexError)


class _Worker:
    """Asks at a steady pace, on one connection after the other. Its sessions are its own."""

    def __init__(self, address, interval_s, returning, name):
        self.address, self.interval_s, self.returning = address, interval_s, returning
        self.name = name
        self.made = 0
        self.recent = []  # [when it was answered last, key]
        self.connection = None

    def choose(self):
        oldest = now_ms() - RETURN_MS
        if self.recent and self.recent[0][0] < oldest:
            self.recent = [one for one in self.recent if one[0] >= oldest]
        if self.recent and random.random() < self.returning:
            return random.choice(self.recent)[1]
        self.made += 1
        return f"{self.name}-{self.made}"

    async def ask(self, key):
        sent = now_ms()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                if self.connection is None:
                    self.connection = await _Connection.open(self.address)
                app, via = await self.connection.get(key)
        except FAILURES:
            tell("fail", key, sent, now_ms())
            self.hang_up()
            return
        tell("use", key, sent, now_ms(), app, via)
        self.recent = [one for one in self.recent if one[1] != key] + [[now_ms(), key]]
        if self.connection.requests >= REQUESTS_OF_CONNECTION:
            self.hang_up()

    def hang_up(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    async def run(self):
        due = asyncio.get_running_loop().time() + random.random() * self.interval_s
        while True:
            now = asyncio.get_running_loop().time()
            due = max(due + self.interval_s, now - 1)
            await asyncio.sleep(due - now)
            await self.ask(self.choose())


async def _open_tunnel(address, key):
    """A request and then the tunnel, as clients do who begin with polling. None: it failed."""
    sent, connection = now_ms(), None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            connection = await _Connection.open(address)
            app, via = await connection.get(key)
            tell("use", key, sent, now_ms(), app, via)
            sent = now_ms()
            tell("open", key, sent, now_ms(), await connection.upgrade(key), via)
        return connection
    except FAILURES:
        tell("fail", key, sent, now_ms())
        if connection:
            connection.close()
        return None


async def _tunnel(address, key):
    """Opens it again and again; each time for a while."""
    while True:
        connection = await _open_tunnel(address, key)
        if connection is None:
            await asyncio.sleep(random.uniform(0.05, 0.5))
            continue
        echoed = now_ms()
        end = echoed + 1000 * random.uniform(*TUNNEL_S)
        with contextlib.suppress(*FAILURES):
            while now_ms() < end:
                async with asyncio.timeout(PATIENCE_S):
                    await connection.echo(b"ping")
                echoed = now_ms()
                await asyncio.sleep(PING_S)
        was_cut = now_ms() < end
        tell("lost", key, echoed, now_ms())
        connection.close()
        await asyncio.sleep(0.05 if was_cut else random.uniform(*PAUSE_S))


async def _run(options):
    loop = asyncio.get_running_loop()
    asks = [asyncio.create_task(_Worker(options.address, WORKERS / options.rate, options.returning,
                                        f"{options.name}{n}").run())
            for n in range(WORKERS if options.rate else 0)]
    tunnels = [asyncio.create_task(_tunnel(options.address, f"{options.name}-tunnel{n}"))
               for n in range(options.tunnels)]
    loop.add_signal_handler(signal.SIGUSR1, lambda: [task.cancel() for task in asks])
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*asks)
    await asyncio.gather(*tunnels)
    await asyncio.Event().wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("rate", type=float)
    parser.add_argument("tunnels", type=int)
    parser.add_argument("returning", type=float)
    parser.add_argument("name")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
