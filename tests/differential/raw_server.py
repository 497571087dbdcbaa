"""A server on a lab host that records the first bytes of each connection and then answers 200."""
import socket
import threading

ANSWER = b"HTTP/1.1 200 OK\r\nX-App: raw\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class RawServer:
    """On the port, or on a unix socket. `wrap` is applied to each accepted socket, for example to
    speak TLS."""

    def __init__(self, host, port, wrap=lambda s: s, path=None):
        self.received = []
        self._wrap = wrap
        if path:
            path.unlink(missing_ok=True)
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.bind(str(path))
            self._socket.listen(64)
        else:
            with host.inside():
                self._socket = socket.create_server((host.address, port), backlog=64)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        connection.settimeout(2)
        data = b""
        try:
            connection = self._wrap(connection)
            while b" HTTP/1." not in data or not data.endswith(b"\r\n\r\n"):
                part = connection.recv(4096)
                if not part:
                    break
                data += part
        except OSError:
            pass
        self.received.append(data)
        try:
            connection.sendall(ANSWER)
            connection.close()
        except OSError:
            pass

    def take(self, keep=lambda data: b" HTTP/1." in data):
        taken, self.received = [data for data in self.received if keep(data)], []
        return taken

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
