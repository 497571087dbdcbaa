"""HTTP/1.1 by hand: one connection, raw bytes out, parsed responses in."""
import http.client
import socket
import struct
from typing import NamedTuple


class Response(NamedTuple):
    status: int
    headers: list  # of (name, value) in their order
    body: bytes

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        return ", ".join(self.all(name))


class HttpClient:
    """Make it on a host: `with host.inside(): HttpClient(...)`."""

    def __init__(self, address, port=80, timeout_s=10):
        self.address = address
        self.socket = socket.create_connection((address, port), timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def response(self, method="GET"):
        """The next response, or None when the server closed instead."""
        answer = http.client.HTTPResponse(self.socket, method=method)
        try:
            answer.begin()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            return None
        return Response(answer.status, answer.getheaders(), answer.read())

    def get(self, path="/whoami", *headers, method="GET", body=b""):
        length = [f"Content-Length: {len(body)}"] if body else []
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.address}", *headers, *length]
        self.send("\r\n".join(lines) + "\r\n\r\n")
        if body:
            self.send(body)
        return self.response(method)

    def closed(self):
        """Waits until the server closes; False if it sends something instead or keeps it open."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except socket.timeout:
            return False

    def abort(self):
        """Closes with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()
