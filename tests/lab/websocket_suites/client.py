"""Plays every case against the echo server, `python3 client.py HOST PORT`, and prints what was seen
as JSON."""
import asyncio
import hashlib
import json
import random
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

MOST = 32 << 20
SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20, 16 << 20]
CODES = [1000, 1001, 1002, 1003, 1008, 1011, 3000, 4999]


def connect(deflate, **options):
    url = f"ws://{sys.argv[1]}:{sys.argv[2]}/{'deflate' if deflate else 'plain'}"
    extensions = [ClientPerMessageDeflateFactory()] if deflate else None
    return websockets.connect(url, max_size=MOST, compression=None, extensions=extensions,
                              **options)


def short(message):
    data = message.encode() if isinstance(message, str) else message
    return [type(message).__name__, len(data), hashlib.sha256(data).hexdigest()]


async def echoes(deflate, *messages):
    async with connect(deflate) as client:
        for message in messages:
            await client.send(message)
        expected = len(messages)
        seen = [short(await client.recv()) for _ in range(expected)]
    return [[str(e) for e in client.extensions], seen, client.close_code, client.close_reason]


async def closes(deflate, code):
    async with connect(deflate) as client:
        await client.close(code, f"my {code}")
    return [client.close_code, client.close_reason]


async def is_closed(deflate, code):
    async with connect(deflate) as client:
        await client.send(f"close {code} its reason")
        await client.wait_closed()
    return [client.close_code, client.close_reason]


async def pings(deflate):
    async with connect(deflate) as client:
        await asyncio.wait_for(await client.ping("p" * 125), 10)
        await client.send("ping")
        return short(await client.recv())


async def protocols():
    async with connect(True, subprotocols=["chat.v1", "chat.v2"]) as client:
        return client.subprotocol


async def main():
    seen = {}
    for deflate in (False, True):
        kind = "deflate" if deflate else "plain"
        for size in SIZES:
            seen[f"{kind} text {size}"] = await echoes(deflate, "x" * size)
            seen[f"{kind} binary {size}"] = await echoes(deflate, random.Random(7).randbytes(size))
        parts = [f"part {n} " for n in range(200)]
        seen[f"{kind} fragments"] = await echoes(deflate, parts)
        seen[f"{kind} fragments of the server"] = await echoes(deflate, "parts")
        seen[f"{kind} many messages"] = await echoes(
            deflate, *(f"message {n}" if n % 2 else bytes(n) for n in range(500)))
        seen[f"{kind} pings"] = await pings(deflate)
        for code in CODES:
            seen[f"{kind} close {code}"] = await closes(deflate, code)
            seen[f"{kind} close {code} of the server"] = await is_closed(deflate, code)
    seen["subprotocols"] = await protocols()
    print(json.dumps(seen))

asyncio.run(main())
