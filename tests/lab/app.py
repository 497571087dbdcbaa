"""The backend of the tests: HTTP/1.1 and WebSocket. App is the side of the tests; run as a program
on a lab host this file serves and logs each request as a JSON line, so that a test can also prove
that nothing arrived.

    /whoami          "app1 via 10.77.0.11"; as does every path that is not named here
    /status          200; 503 after POST /fail, 200 again after POST /heal
    /slow?ms=N       answers after N ms            /size?bytes=N   N bytes, Content-Length
    /chunked?bytes=N N bytes, chunked              /drop           closes without an answer
    /cookies         what Cookie header arrived    POST /body      its body's SHA-256
    /set-cookie?v=V  an answer with Set-Cookie: V
    /cached          an answer that a cache may keep for a minute
    /echo            WebSocket, echoes frames      /raw            WebSocket, echoes bytes till EOF
    /flood?bytes=N   WebSocket, sends N bytes as one frame, then closes
    /ticks?bytes=N   WebSocket, sends frames of N times the same byte, the next byte in the next
                     one, as fast as they are taken; reads too, and logs a Close as CLOSE
"""
import argparse
import asyncio
import hashlib
import json
import os
import urllib.parse

from . import websocket
from .program import Lines, spawn_module


class App:
    def __init__(self, host, name, port=3000):
        self.host, self.name, self.port = host, name, port
        self.process = spawn_module(host, "app", name, port, name=f"app-{name}")
        self._lines = Lines(self.process.log)
        self._requests = []
        host.wait_listening(port)

    @property
    def endpoint(self):
        return f"{self.host.address}:{self.port}"

    def requests(self, checks=False):
        """Requests so far as {"method","target","headers","peer"}; health checks on demand only."""
        self._requests += [json.loads(line) for line in self._lines.new()]
        return [r for r in self._requests if checks or not r["target"].startswith("/status")]

    def heal(self):
        """Undoes POST /fail."""
        self.host.fetch(f"http://127.0.0.1:{self.port}/heal", method="POST")

    def stop(self):
        self.process.dispose()


class _Connection:
    healthy = True

    def __init__(self, name, reader, writer):
        self.name, self.reader, self.writer = name, reader, writer
        self.peer = writer.get_extra_info("peername")[0]

    async def serve(self):
        try:
            while await self._exchange():
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.writer.close()

    async def _exchange(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head[:-4].split("\r\n")
        method, target, _ = request.split(" ")
        headers = {}
        for name, _, value in (line.partition(":") for line in lines):
            headers.setdefault(name.lower(), []).append(value.strip())
        print(json.dumps({"method": method, "target": target, "headers": headers,
                          "peer": self.peer}), flush=True)
        url = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(url.query))
        if "websocket" in headers.get("upgrade", [""])[0].lower():
            await self._websocket(url.path, query, headers)
            return False
        body = await self._body(headers)
        await self._answer(method, url.path, query, headers, body)
        return url.path != "/drop" and "close" not in headers.get("connection", [""])[0].lower()

    async def _body(self, headers):
        if "chunked" not in headers.get("transfer-encoding", [""])[0]:
            return await self.reader.readexactly(int(headers.get("content-length", ["0"])[0]))
        body = b""
        while True:
            size = int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16)
            body += (await self.reader.readexactly(size + 2))[:-2]
            if size == 0:
                return body

    async def _answer(self, method, path, query, headers, body):
        status, answer = "200 OK", f"{self.name} via {self.peer}".encode()
        if path == "/status" and not _Connection.healthy:
            status = "503 Service Unavailable"
        elif path in ("/fail", "/heal"):
            _Connection.healthy = path == "/heal"
        elif path == "/slow":
            await asyncio.sleep(int(query["ms"]) / 1000)
        elif path in ("/size", "/chunked"):
            answer = os.urandom(1) * int(query["bytes"])
        elif path == "/cookies":
            answer = json.dumps(headers.get("cookie", [])).encode()
        elif path == "/body":
            answer = hashlib.sha256(body).hexdigest().encode()
        elif path == "/drop":
            return
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nX-App: {self.name}\r\n"
        if path == "/set-cookie":
            head += f"Set-Cookie: {query['v']}\r\n"
        if path == "/cached":
            head += "ETag: \"1\"\r\nCache-Control: max-age=60\r\n"
        if path == "/chunked":
            self.writer.write((head + "Transfer-Encoding: chunked\r\n\r\n").encode())
            for at in range(0, len(answer), 10000):
                part = answer[at:at + 10000]
                self.writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.writer.write(b"0\r\n\r\n")
        else:
            head += f"Content-Length: {len(answer)}\r\n\r\n"
            self.writer.write(head.encode() + (b"" if method == "HEAD" else answer))
        await self.writer.drain()

    async def _websocket(self, path, query, headers):
        accept = websocket.accept_of(headers["sec-websocket-key"][0])
        self.writer.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                           f"Connection: Upgrade\r\nX-App: {self.name}\r\n"
                           f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        if path == "/flood":
            self.writer.write(websocket.encode(bytes(int(query["bytes"]))))
            await self.writer.drain()
        elif path == "/raw":
            while data := await self.reader.read(1 << 18):
                self.writer.write(data)
                await self.writer.drain()
            self.writer.write_eof()
        elif path == "/ticks":
            reading = asyncio.create_task(self._log_close())
            count = 0
            while not reading.done():
                self.writer.write(websocket.encode(bytes([count % 256]) * int(query["bytes"])))
                count += 1
                await self.writer.drain()
                await asyncio.sleep(0)
        else:
            await self._echo()

    async def _log_close(self):
        buffer = bytearray()
        while data := await self.reader.read(1 << 16):
            buffer += data
            while frame := websocket.decode(buffer):
                opcode, payload, used = frame
                del buffer[:used]
                if opcode == websocket.CLOSE:
                    print(json.dumps({"method": "CLOSE", "target": payload.hex(), "headers": {},
                                      "peer": self.peer}), flush=True)
                    self.writer.write(websocket.encode(payload, websocket.CLOSE))
                    return

    async def _echo(self):
        buffer = bytearray()
        while data := await self.reader.read(1 << 18):
            buffer += data
            while frame := websocket.decode(buffer):
                opcode, payload, used = frame
                del buffer[:used]
                self.writer.write(websocket.encode(payload, opcode))
                await self.writer.drain()
                if opcode == websocket.CLOSE:
                    return


async def _serve(name, port):
    async def connected(reader, writer):
        await _Connection(name, reader, writer).serve()
    server = await asyncio.start_server(connected, "0.0.0.0", port, backlog=1024)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("port", type=int)
    options = parser.parse_args()
    asyncio.run(_serve(options.name, options.port))


if __name__ == "__main__":
    main()
