"""An echo server of python3-websockets: `python3 server.py PORT`. Paths: /plain, /deflate. A text
"close CODE REASON" makes it close so, "ping" makes it ping, "parts" answers in fragments."""
import asyncio
import sys

import websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

MOST = 32 << 20


async def echo(client):
    async for message in client:
        words = message.split(" ", 2) if isinstance(message, str) else []
        if words[:1] == ["close"]:
            await client.close(int(words[1]), words[2])
        elif words == ["ping"]:
            await (await client.ping("are you there"))
            await client.send("it was")
        elif words == ["parts"]:
            await client.send(f"part {n} " for n in range(200))
        else:
            await client.send(message)


async def main():
    async with websockets.serve(echo, "0.0.0.0", int(sys.argv[1]), max_size=MOST, compression=None,
                                subprotocols=["chat.v2", "chat.v1"],
                                extensions=[ServerPerMessageDeflateFactory()]):
        await asyncio.Future()

asyncio.run(main())
