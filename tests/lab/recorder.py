"""A server that records every byte of every connection, and answers each with one fixed response:
the witness of what a proxy forwards."""
import socket
import threading

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Recorder:
    """`answer` is sent as soon as `is_whole(bytes)` says that the request is there."""

    def __init__(self, host, port, is_whole, answer=ANSWER):
        self.is_whole, self.answer = is_whole, answer
        self._received, self._lock = [], threading.Lock()
        with host.inside():
            self._listener = socket.create_server((host.address, port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def received(self):
        """What each connection brought since the last call."""
        with self._lock:
            taken, self._received = self._received, []
        return [bytes(data) for data in taken]

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        data = bytearray()
        with self._lock:
            self._received.append(data)
        connection.settimeout(5)
        try:
            while piece := connection.recv(65536):
                data += piece
                if self.is_whole(bytes(data)):
                    connection.sendall(self.answer)
                    break
        except OSError:
            pass
        connection.close()

    def close(self):
        self._listener.close()
