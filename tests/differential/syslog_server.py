"""Receives what a proxy logs over UDP, on a lab host."""
import socket
import time


class SyslogServer:
    def __init__(self, host, port=5514):
        self.port = port
        with host.inside():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host.address, port))

    def lines(self):
        """What has arrived since the last call."""
        self._socket.setblocking(False)
        found = []
        while True:
            try:
                found.append(self._socket.recv(65536).decode("latin-1").rstrip("\n"))
            except BlockingIOError:
                return found

    def wait_for(self, count, timeout_s=5, keep=lambda line: True):
        """The first `count` lines, other than what a proxy says of itself as it starts."""
        found, end = [], time.monotonic() + timeout_s
        while len(found) < count and time.monotonic() < end:
            self._socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                line = self._socket.recv(65536).decode("latin-1").rstrip("\n")
            except TimeoutError:
                break
            if keep(line) and " started." not in line:
                found.append(line)
        return found

    def close(self):
        self._socket.close()
