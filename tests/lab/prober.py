"""Opens a new connection to the VIP every 5 ms and records what became of it.

Prober is the side of the tests; run as a program on a lab host this file is the other side.
Attempts overlap: each has its own second, so a hanging one does not delay the next.
"""
import argparse
import collections
import errno
import json
import select
import socket
import struct

from .attempt import TIMEOUT_MS, Attempt, find_outage
from .clock import now_ms, wait_until
from .program import Lines, spawn_module

INTERVAL_MS = 5
SETTLE_MS = TIMEOUT_MS + 100  # attempts that began before that have ended and are in the log
ERRORS = {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset", errno.EPIPE: "reset",
          errno.EHOSTUNREACH: "unreachable", errno.ENETUNREACH: "unreachable"}


class Prober:
    def __init__(self, host, address, port=80, path="/whoami", interval_ms=INTERVAL_MS):
        self.interval_ms = interval_ms
        self.process = spawn_module(host, "prober", address, port, path, interval_ms,
                                    name=f"prober-{address}-{port}")
        self._lines = Lines(self.process.log)
        self._attempts = []

    def attempts(self, since_ms=0):
        """All finished attempts that began at `since_ms` or later."""
        self._attempts += [Attempt(*json.loads(line)) for line in self._lines.new()]
        return [a for a in self._attempts if a.start >= since_ms]

    def forget(self, before_ms):
        self.attempts()
        self._attempts = [a for a in self._attempts if a.start >= before_ms]

    def wait_steady(self, timeout_s=30, window_ms=1000):
        """Until everything was good for `window_ms`, and no attempt since then is known as bad."""
        def steady():
            settled = now_ms() - SETTLE_MS
            seen = self.attempts(settled - window_ms)
            count = sum(a.start < settled for a in seen)
            return count >= 0.8 * window_ms / self.interval_ms and all(a.good for a in seen)
        wait_until(steady, timeout_s, "the VIP serves new connections steadily", 0.05)

    def wait_outage(self, fault_ms, timeout_s=30, horizon_ms=1000):
        """The outage of the fault at `fault_ms`, seen for `horizon_ms` at least."""
        def over():
            settled = now_ms() - SETTLE_MS
            if settled < fault_ms + horizon_ms:
                return None
            window = self.attempts(fault_ms - TIMEOUT_MS)
            return find_outage([a for a in window if a.start < settled], fault_ms)
        return wait_until(over, timeout_s, "new connections are served again", 0.05)

    def stop(self):
        self.process.dispose()


class _Connection:
    """One attempt under way."""

    def __init__(self, address, request):
        self.start = now_ms()
        self.request = request
        self.received = b""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        # Closing sends RST: 200 connections a second would fill the port range with TIME_WAIT.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.error = self.socket.connect_ex(address)

    def advance(self, epoll):
        """Returns (result, body) when the attempt is over, None while it is not."""
        try:
            if self.request:
                self.socket.send(self.request)
                self.request = b""
                epoll.modify(self.socket, select.EPOLLIN)
                return None
            data = self.socket.recv(65536)
        except OSError as error:
            return ERRORS.get(error.errno, error.strerror), ""
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if separator and (not data or len(body) >= self._length(head)):
            return head.split(b" ", 2)[1].decode(), body.decode(errors="replace")
        return None if data else ("eof", "")

    @staticmethod
    def _length(head):
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return int(line[15:])
        return 1 << 30


class _Loop:
    def __init__(self, address, path, interval_ms):
        self.address, self.interval_ms = address, interval_ms
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.request = (f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
                        "Connection: close\r\n\r\n").encode()
        self.epoll = select.epoll()
        self.open = collections.OrderedDict()  # by descriptor, oldest first

    def run(self):
        next_start = now_ms()
        while True:
            for descriptor, _ in self.epoll.poll(max(0, next_start - now_ms()) / 1000):
                self._advance(descriptor)
            self._expire()
            if now_ms() >= next_start:
                self._begin()
                next_start = max(next_start + self.interval_ms, now_ms() - self.interval_ms)

    def _begin(self):
        connection = _Connection(self.address, self.request)
        if connection.error not in (0, errno.EINPROGRESS):
            self._record(connection, ERRORS.get(connection.error, str(connection.error)))
            return
        self.open[connection.socket.fileno()] = connection
        self.epoll.register(connection.socket, select.EPOLLOUT)

    def _advance(self, descriptor):
        outcome = self.open[descriptor].advance(self.epoll)
        if outcome:
            self._record(self.open.pop(descriptor), *outcome)

    def _expire(self):
        while self.open:
            descriptor, oldest = next(iter(self.open.items()))
            if now_ms() - oldest.start < TIMEOUT_MS:
                return
            self._record(self.open.pop(descriptor), "timeout")

    @staticmethod
    def _record(connection, result, body=""):
        connection.socket.close()
        print(json.dumps([round(connection.start, 3), round(now_ms(), 3), result, body]),
              flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("interval_ms", type=float)
    options = parser.parse_args()
    _Loop((options.address, options.port), options.path, options.interval_ms).run()


if __name__ == "__main__":
    main()
