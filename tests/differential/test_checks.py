"""What health checks send."""
import socket
import threading

import pytest

from .both import Case

CHECKS = {
    "httpchk": "option httpchk",
    "uri": "option httpchk /up",
    "method and version": "option httpchk HEAD /up HTTP/1.0",
    "Host in the version": "option httpchk HEAD /up HTTP/1.1\\r\\nHost:\\ app.test",
    "send": "option httpchk\nhttp-check send meth GET uri /x ver HTTP/1.1 hdr Host a.b "
            "hdr X-A \"b c\" body hello",
    "send headers alone": "option httpchk GET /y\nhttp-check send hdr X-Z 1 hdr X-Y 2",
    "send a body": "option httpchk\nhttp-check send meth POST body abc",
    "send replaces the URI": "option httpchk HEAD /q HTTP/1.1\\r\\nHost:\\ foo\n"
                             "http-check send uri /r",
    "httpchk replaces what was sent": "http-check send uri /r\noption httpchk HEAD /z",
}


class Recorder:
    """A server that keeps the first request it gets and answers 200."""
    def __init__(self, host, port):
        self.request = b""
        with host.inside():
            self._listening = socket.create_server((host.address, port))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        self._listening.settimeout(10)
        connection, _ = self._listening.accept()
        with connection:
            connection.settimeout(0.3)
            try:
                while data := connection.recv(65536):
                    self.request += data
            except TimeoutError:
                pass
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")

    def result(self):
        self._thread.join()
        self._listening.close()
        lines = self.request.decode("latin-1").split("\r\n")
        return [lines[0], *(line.replace(line.split(":")[0], line.split(":")[0].lower(), 1)
                            for line in lines[1:])]


@pytest.mark.parametrize("name", CHECKS)
def test_request(both, name):
    app = both.solo.apps[0]
    server = f"    server checked {app.host.address}:3100 check inter 2s\n"
    case = Case([], top=f"\nbackend other\n    "
                + CHECKS[name].replace("\n", "\n    ") + "\n" + server)
    seen = {}
    for kind in ("haproxy", "wslb"):
        recorder = Recorder(app.host, 3100)
        with both.solo.proxy(both.configuration(case), kind):
            seen[kind] = recorder.result()
    assert seen["wslb"] == seen["haproxy"]
