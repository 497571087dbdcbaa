"""One proxy without an agent, three apps behind it, and a client: for tests of the data path.

LAB_PROXY=haproxy puts HAProxy in wslb-proxy's place: so a test's expectation can be checked
against the original.
"""
import contextlib
import os
import signal

from .app import App
from .clock import wait_until
from .configuration import DEFAULTS
from .http_client import HttpClient
from .network import Network
from .websocket import WebSocket
from .wslb import CONFESSIONS, SANITIZERS, binary

HAPROXY = "/usr/sbin/haproxy"
ADDRESS = "10.77.0.11"
SERVER = "server {app.name} {app.endpoint}"


def kind_under_test():
    return os.environ.get("LAB_PROXY", "wslb")


class Solo:
    def __init__(self):
        self.network = Network()
        try:
            self.host = self.network.add_host("lb", ADDRESS)
            self.client = self.network.add_host("client", "10.77.0.31")
            self.apps = [App(self.network.add_host(name, f"10.77.0.{21 + n}"), name)
                         for n, name in enumerate(("a", "b", "c"))]
        except BaseException:
            self.network.close()
            raise
        self._runs = 0
        self.port = None

    def configuration(self, backend, servers="", apps=None, frontend="", defaults=""):
        """A frontend on port 80 and one backend with `backend`'s lines; "servers" is appended to
        each server line and may contain {app.name}."""
        lines = "\n".join(f"    {(SERVER + ' ' + servers).format(app=app)}"
                          for app in (self.apps if apps is None else apps))
        return (f"{DEFAULTS}{defaults}\nfrontend web\n    bind {ADDRESS}:80\n{frontend}\n"
                f"    default_backend app\n\nbackend app\n{backend}\n{lines}\n")

    @contextlib.contextmanager
    def proxy(self, text, kind=None, ends=False, flags=()):
        """Runs wslb-proxy (or HAProxy) with that configuration until the block ends; its exit must
        be clean then. `ends`: the block itself makes it end. Each has a port of its own in place
        of 80; the innermost is asked."""
        kind = kind or kind_under_test()
        outer, self._runs = self.port, self._runs + 1
        port = self.port = 8000 + self._runs
        file = self.host.directory / f"{kind}-{self._runs}.cfg"
        file.write_text(self.with_port(text))
        program = binary("wslb-proxy") if kind == "wslb" else HAPROXY
        process = self.host.spawn(program, "-f", file, "-db", *flags, name=f"{kind}-{self._runs}",
                                  environment=SANITIZERS)
        process.configuration = file
        try:
            self.host.wait_listening(port)
            wait_until(lambda: not process.alive or process.catches(signal.SIGUSR1), 10,
                       "all ports listen")
            yield process
            assert ends or process.alive, f"{kind} died:\n{process.text()[-3000:]}"
            code = process.wait(10) if ends else process.stop(timeout_s=10)
            assert code in ((0,) if kind == "wslb" else (0, -15)), \
                f"{kind} ended with {code}:\n{process.text()[-3000:]}"
            assert not any(word in process.text() for word in CONFESSIONS), process.text()[-5000:]
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{process.text()[-3000:]}") from None
        finally:
            self.port = outer
            process.dispose()

    def with_port(self, text):
        return text.replace(f"bind {ADDRESS}:80\n", f"bind {ADDRESS}:{self.port}\n")

    def reload(self, process, text=None, timeout_s=20):
        """SIGHUP, after the file was written anew. What the proxy logged until it was through."""
        if text is not None:
            process.configuration.write_text(self.with_port(text))
        before = len(process.text())
        process.signal(signal.SIGHUP)
        wait_until(lambda: "reload: " in process.text()[before:], timeout_s, "a reload")
        return process.text()[before:]

    def http(self, **options):
        with self.client.inside():
            return HttpClient(ADDRESS, self.port, **options)

    def websocket(self, path="/echo", *headers, **options):
        with self.client.inside():
            return WebSocket(ADDRESS, self.port, path, headers, **options)

    def get(self, path="/whoami", *headers, **options):
        """On a connection of its own."""
        connection = self.http()
        try:
            return connection.get(path, *headers, **options)
        finally:
            connection.close()

    def sequence(self, count, *headers):
        """Names of the servers that answer so many requests, one after the other: "abcabc"."""
        return "".join(self.get("/whoami", *headers).header("X-App") for _ in range(count))

    def close(self):
        self.network.close()
