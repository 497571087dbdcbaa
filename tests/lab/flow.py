"""Streams through tunnels of which every byte is known: none may be lost, repeated or altered.

Flow is the side of the tests. Run as a program this file is the clients, or with `serve` the server
that sends back what it gets. A client sends blocks of 16 bytes to 64 KiB, of its own pattern, and
compares what comes back; some send as fast as they can. A stall is the longest time without a byte
while some were under way. SIGUSR1: send no more; whoever has got all back says so, then it ends.
"""
import argparse
import asyncio
import contextlib
import json
import random
import re
import signal
import socket

from . import websocket
from .clock import now_ms
from .program import spawn_module

PATTERN = random.Random(1).randbytes(65521)
DOUBLE = PATTERN * 3
BLOCK_MAX = 65536
WINDOW = 256 * 1024  # of bytes that are under way
BULK_SHARE = 20      # one client in so many sends without a pause
PATIENCE_S = 20
REQUEST = (b"GET /flow HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


def stream(seed, begin, size):
    at = (seed * 7919 + begin) % len(PATTERN)
    return DOUBLE[at:at + size]


class Flow:
    count = 0

    def __init__(self, host, address, tunnels, pause_ms, port=80):
        Flow.count += 1
        self.process = spawn_module(host, "flow", address, port, tunnels, pause_ms,
                                    name=f"flow-{Flow.count}")

    def text(self):
        return self.process.text()

    def end(self, timeout_s=60):
        """-> {"tunnels", "lost": [reason], "bytes", "stalls": [ms of each tunnel, its longest]}"""
        self.process.signal(signal.SIGUSR1)
        self.process.wait(timeout_s=timeout_s)
        return json.loads(self.process.text().splitlines()[-1])


class Server:
    def __init__(self, host, port):
        self.process = spawn_module(host, "flow", "serve", port, 0, 0, name=f"flow-server-{port}")
        host.wait_listening(port)


class _Tunnel:
    def __init__(self, seed, pause_ms):
        self.seed = seed
        self.random = random.Random(seed)
        self.pause_s = 0 if seed % BULK_SHARE == 0 else pause_ms / 1000
        self.sent = self.received = 0
        self.moved_at = now_ms()
        self.stall_ms = 0
        self.lost = None

    async def open(self, address, port):
        self.reader, self.writer = await asyncio.open_connection(address, port, limit=1 << 20)
        self.writer.write(REQUEST)
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        assert b" 101 " in head, head

    async def send(self, ended):
        while not ended.is_set() and self.lost is None:
            size = min(BLOCK_MAX, int(16 * 2 ** self.random.uniform(0, 12)))
            if self.sent - self.received + size > WINDOW:
                await asyncio.sleep(0.001)
                continue
            if self.sent == self.received:
                self.moved_at = now_ms()
            self.writer.write(stream(self.seed, self.sent, size))
            self.sent += size
            await self.writer.drain()
            await asyncio.sleep(self.pause_s * self.random.uniform(0.5, 1.5))

    async def receive(self, ended):
        while self.lost is None and not (ended.is_set() and self.received == self.sent):
            try:
                data = await asyncio.wait_for(self.reader.read(BLOCK_MAX), 0.5)
            except asyncio.TimeoutError:
                if self.sent > self.received and now_ms() - self.moved_at > 1000 * PATIENCE_S:
                    self.lost = f"silent, {self.sent - self.received} bytes under way"
                continue
            if not data:
                self.lost = f"closed after {self.received} bytes of {self.sent}"
                return
            if data != stream(self.seed, self.received, len(data)):
                self.lost = f"wrong bytes behind {self.received} of {self.sent}"
                return
            now = now_ms()
            self.stall_ms = max(self.stall_ms, now - self.moved_at)
            self.moved_at = now
            self.received += len(data)

    async def run(self, ended):
        try:
            await asyncio.gather(self.send(ended), self.receive(ended))
        except OSError as error:
            self.lost = self.lost or f"{error} after {self.received} bytes of {self.sent}"


async def run_clients(address, port, count, pause_ms):
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, ended.set)
    tunnels = [_Tunnel(seed, pause_ms) for seed in range(count)]
    for begin in range(0, count, 50):
        await asyncio.gather(*(one.open(address, port) for one in tunnels[begin:begin + 50]))
    print("open", flush=True)
    await asyncio.gather(*(one.run(ended) for one in tunnels))
    print(json.dumps({"tunnels": count, "lost": [one.lost for one in tunnels if one.lost],
                      "bytes": sum(one.received for one in tunnels),
                      "stalls": sorted(round(one.stall_ms, 1) for one in tunnels)}), flush=True)


async def echo(reader, writer):
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        if b"pgrade: websocket" not in head:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            await writer.drain()
            writer.close()
            return
        key = re.search(rb"(?i)sec-websocket-key: (\S+)", head).group(1).decode()
        writer.write(("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                      "Upgrade: websocket\r\n"
                      f"Sec-WebSocket-Accept: {websocket.accept_of(key)}\r\n\r\n").encode())
        while data := await reader.read(BLOCK_MAX):
            writer.write(data)
            await writer.drain()
    writer.close()


async def serve(port):
    server = await asyncio.start_server(echo, port=port, family=socket.AF_INET, backlog=4096)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("tunnels", type=int)
    parser.add_argument("pause_ms", type=float)
    options = parser.parse_args()
    if options.address == "serve":
        asyncio.run(serve(options.port))
    else:
        asyncio.run(run_clients(options.address, options.port, options.tunnels, options.pause_ms))


if __name__ == "__main__":
    main()
