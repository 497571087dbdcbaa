"""A socket.io service as people run it: servers on two hosts, Redis between them, and a crowd."""
import json
import shutil

from .clock import now_ms, wait_until
from .program import ROOT, Lines

DIRECTORY = ROOT / "tests" / "lab" / "socketio"
# A client notices a dead host by missing pings alone. socket.io's defaults are 25 s and 20 s.
PING_MS = 500
PATIENCE_MS = 1500


def require_modules():
    if not (DIRECTORY / "node_modules").is_dir():
        raise FileNotFoundError(f"{DIRECTORY}/node_modules is missing: run `npm install` there "
                                "(./dev demo does)")
    if not shutil.which("redis-server"):
        raise FileNotFoundError("redis-server is missing: apt-get install redis-server")


class ChatServer:
    """One node process. Has `name` and `endpoint`, as configuration.proxy_section wants."""

    def __init__(self, host, name, redis_address, port=3000):
        self.host, self.name, self.port = host, name, port
        self.process = host.spawn("node", DIRECTORY / "server.js", name, port, redis_address,
                                  PING_MS, PATIENCE_MS, name=f"server-{name}")
        host.wait_listening(port, timeout_s=20)

    @property
    def endpoint(self):
        return f"{self.host.address}:{self.port}"

    def stats(self):
        return json.loads(self.host.fetch(f"http://127.0.0.1:{self.port}/stats"))

    def broadcast(self, number):
        self.host.fetch(f"http://127.0.0.1:{self.port}/broadcast?id={number}", method="POST")


class Chat:
    """Redis on the first host, a server on each."""

    def __init__(self, hosts):
        require_modules()
        store = hosts[0]
        self.redis = store.spawn("redis-server", "--bind", "0.0.0.0", "--save", "", "--appendonly",
                                 "no", "--protected-mode", "no", "--dir", store.directory)
        store.wait_listening(6379)
        self.servers = [ChatServer(host, host.name, store.address) for host in hosts]
        self._broadcasts = 0

    def broadcast(self):
        """From one server, in turn, to all clients of both; returns what they will get."""
        self._broadcasts += 1
        self.servers[self._broadcasts % len(self.servers)].broadcast(self._broadcasts)
        return str(self._broadcasts)

    def strays(self):
        """Clients whose requests reached more than one server, as {client: [server, ...]}."""
        homes = {}
        for stats in (server.stats() for server in self.servers):
            for client in stats["clients"]:
                homes.setdefault(client, []).append(stats["name"])
        return {client: names for client, names in homes.items() if len(names) > 1}


class Crowd:
    """Many socket.io clients in one node process."""

    def __init__(self, host, url, count, transport=""):
        self.count = count
        self.process = host.spawn("node", DIRECTORY / "clients.js", url, count,
                                  *([transport] if transport else []), name="clients")
        self._lines = Lines(self.process.log)
        self._events = []

    def events(self, since_ms=0, *kinds):
        for line in self._lines.new():
            if line.startswith("{"):
                self._events.append(json.loads(line))
        return [e for e in self._events
                if e["at"] >= since_ms and (not kinds or e["event"] in kinds)]

    def connected(self):
        """Clients that are connected and know their server: {client: server}."""
        homes = {}
        for event in self.events(0, "hello", "disconnect"):
            if event["event"] == "hello":
                homes[event["client"]] = event["value"]
            else:
                homes.pop(event["client"], None)
        return homes

    def upgraded(self):
        """Clients whose present connection is a WebSocket."""
        done = set()
        for event in self.events(0, "upgrade", "disconnect"):
            (done.add if event["event"] == "upgrade" else done.discard)(event["client"])
        return done

    def wait_all(self, timeout_s=30):
        wait_until(lambda: len(self.connected()) == len(self.upgraded()) == self.count, timeout_s,
                   f"all {self.count} clients are connected and upgraded", 0.02)

    def receivers(self, number):
        return {e["client"] for e in self.events(0, "news") if e["value"] == number}

    def wait_received(self, number, timeout_s=5):
        wait_until(lambda: len(self.receivers(number)) == self.count, timeout_s,
                   f"broadcast {number} has reached all {self.count} clients", 0.02)

    def interruptions(self, fault_ms):
        """For each client that lost its connection after the fault: ms from the fault until it was
        connected again, and what it was told."""
        seen = {}
        for event in self.events(fault_ms, "disconnect", "hello"):
            client = event["client"]
            if event["event"] == "disconnect":
                seen[client] = (None, event["value"])
            elif client in seen:
                seen[client] = (event["at"] - fault_ms, seen[client][1])
        return seen

    def wait_quiet(self, since_ms, quiet_ms=PING_MS + PATIENCE_MS + 500):
        """Until nothing but news has happened for so long, counted from `since_ms` at least."""
        def quiet():
            last = max((e["at"] for e in self.events(since_ms) if e["event"] != "news"),
                       default=since_ms)
            return now_ms() - max(last, since_ms) > quiet_ms
        wait_until(quiet, 30, "the clients are quiet", 0.05)
