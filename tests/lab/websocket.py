"""WebSocket framing (RFC 6455), just enough to send and compare bytes. Shared by client and app."""
import base64
import hashlib
import os
import re
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_of(key):
    return base64.b64encode(hashlib.sha1((key + KEY_SUFFIX).encode()).digest()).decode()


def bare_upgrade(client, accept_server):
    """A handshake on bare sockets, of which the test plays both sides. `accept_server()` makes the
    server's one, which is returned."""
    client.sendall(b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                   b"Upgrade: websocket\r\n"
                   b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   b"\r\n")
    server = accept_server()
    key = re.search(rb"(?i)sec-websocket-key: (\S+)", _head(server)).group(1).decode()
    server.sendall("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                   "Upgrade: websocket\r\n"
                   f"Sec-WebSocket-Accept: {accept_of(key)}\r\n\r\n".encode())
    assert b" 101 " in _head(client)
    return server


def _head(connection):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = connection.recv(1)
        assert part, head
        head += part
    return head


def encode(payload, opcode=BINARY, masked=False):
    size = len(payload)
    bit = 0x80 if masked else 0
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, bit | size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, bit | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, bit | 127, size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + apply_mask(payload, mask)


def apply_mask(payload, mask):
    whole = (mask * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(
        len(payload), "big")


def decode(data):
    """(opcode, payload, bytes used) of the first frame, or None while it is incomplete."""
    if len(data) < 2:
        return None
    size, at = data[1] & 0x7F, 2
    if size >= 126:
        width = 2 if size == 126 else 8
        if len(data) < at + width:
            return None
        size, at = int.from_bytes(data[at:at + width], "big"), at + width
    mask = None
    if data[1] & 0x80:
        mask, at = bytes(data[at:at + 4]), at + 4
    if len(data) < at + size:
        return None
    payload = bytes(data[at:at + size])
    return data[0] & 15, apply_mask(payload, mask) if mask else payload, at + size


class WebSocket:
    """A blocking client. Make it on a host: `with host.inside(): WebSocket(...)`."""

    def __init__(self, address, port=80, path="/echo", headers=(), timeout_s=10,
                 receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout_s)
        self.socket.connect((address, port))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {address}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
                 *headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._buffer = bytearray()
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        self.status = int(head.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in
                        (line.partition(":") for line in head.decode().split("\r\n")[1:])}
        self.accepted = (self.status == 101
                         and self.headers.get("sec-websocket-accept") == accept_of(key))

    def _fill(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise EOFError("the connection was closed")
        self._buffer += data

    def send(self, payload, opcode=BINARY):
        self.socket.sendall(encode(payload, opcode, masked=True))

    def receive(self):
        while True:
            frame = decode(self._buffer)
            if frame:
                del self._buffer[:frame[2]]
                return frame[:2]
            self._fill()

    def receive_rest(self):
        """Raw bytes until the other side ends its direction."""
        try:
            while True:
                self._fill()
        except EOFError:
            return bytes(self._buffer)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()
