"""A server on a lab host that plays a script to each connection and keeps what it was sent."""
import socket
import threading
import time


class ScriptServer:
    """`replies`: for each connection in turn, the last one for all others. One is a list of what is
    done: bytes are sent, a number is a pause in seconds, None waits for the client to say
    something; "hold" keeps the connection until the client ends it."""

    def __init__(self, host, port, replies):
        self.received = []
        self.connections = 0
        self._replies = replies
        with host.inside():
            self._socket = socket.create_server((host.address, port), backlog=64)
        threading.Thread(target=self._serve, daemon=True).start()

    def set(self, *replies):
        """From the next connection on."""
        self._replies, self.connections = replies, 0

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            reply = self._replies[min(self.connections, len(self._replies) - 1)]
            self.connections += 1
            threading.Thread(target=self._play, args=(connection, reply), daemon=True).start()

    def _play(self, connection, reply):
        connection.settimeout(5)
        try:
            for step in reply:
                if step is None:
                    self.received.append(connection.recv(65536))
                elif step == "hold":
                    while connection.recv(65536):
                        pass
                elif isinstance(step, bytes):
                    connection.sendall(step)
                else:
                    time.sleep(step)
        except OSError:
            pass
        finally:
            connection.close()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
