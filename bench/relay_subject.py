"""What `./dev bench relay` measures: HAProxy, nginx, wslb's two programs; and what they used."""
import os
import pathlib
import subprocess

from tests.lab.clock import wait_until
from tests.lab.wslb import binary

BACKEND = 9000
HAPROXY = """global
    nbthread {threads}
    maxconn 9500

defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h

frontend web
    bind 127.0.0.1:{port}{tls}
    default_backend app

backend app
    server app 127.0.0.1:{backend}
"""
NGINX = """daemon off;
pid {directory}/nginx.pid;
error_log stderr;
worker_processes {threads};
worker_rlimit_nofile 20000;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_body_temp_path {directory};
    proxy_temp_path {directory};
    fastcgi_temp_path {directory};
    uwsgi_temp_path {directory};
    scgi_temp_path {directory};
    keepalive_requests 1000000000;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    upstream app {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""


WSLB = """global
    {uring}

cluster bench
    node bench {address}
    secret none
    {vault}

"""


# What puts the clients' bytes into TLS. It is no part of the subject, and not counted as such.
INITIATOR = """global
    maxconn 9500

defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h

listen tls
    bind 127.0.0.1:{port}
    server subject 127.0.0.1:{subject} ssl verify none
"""


def make_certificate(directory):
    """The certificate and its key in one file, as HAProxy wants them."""
    key, certificate, both = (directory / name for name in ("key.pem", "cert.pem", "both.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=bench",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    both.write_text(certificate.read_text() + key.read_text())
    return both


class Subject:
    """One that relays, a proxy or wslb's two programs, on a host of its own with a backend."""

    def __init__(self, host, name, threads, programs=None):
        self.host, self.name = host, name
        self.kind = name.removesuffix(" tls")
        self.port = 9001
        self.directory = host.directory
        self.file = self.directory / "conf"
        inside_tls = name != self.kind
        tls = f" ssl crt {make_certificate(self.directory)}" if inside_tls else ""
        values = {"threads": threads, "port": self.port, "backend": BACKEND,
                  "directory": self.directory, "tls": tls}
        host.spawn(binary("relay_backend"), BACKEND)
        host.wait_listening(BACKEND)
        if self.kind == "nginx":
            self.file.write_text(NGINX.format(**values))
            self.processes = [self._spawn("nginx", "-c", self.file)]
        elif self.kind == "haproxy":
            self.file.write_text(HAPROXY.format(**values))
            self.processes = [self._spawn("haproxy", "-f", self.file, "-db")]
        else:
            self.processes = self._wslb(HAPROXY.format(**values), programs)
        host.wait_listening(self.port)
        if inside_tls:
            self._put_initiator_before()

    def _put_initiator_before(self):
        file = self.directory / "initiator"
        file.write_text(INITIATOR.format(port=self.port + 1, subject=self.port))
        self.port += 1
        self._spawn("haproxy", "-f", file, "-db")
        self.host.wait_listening(self.port)

    def _wslb(self, text, programs):
        def program(name):
            return pathlib.Path(programs, name) if programs else binary(name)

        flags = []
        processes = []
        if self.kind != "no agent":
            text = text.removeprefix("global\n")
            text = WSLB.format(
                uring="tune.wslb.io-uring off" if self.kind == "no uring" else "",
                vault="vault off" if self.kind == "no vault" else "",
                address=self.host.address) + "global\n" + text
            socket = self.directory / "agent.sock"
            flags = ["--agent", socket]
            self.file.write_text(text)
            processes.append(self._spawn(program("wslb-agent"), "-f", self.file, "-n", "bench",
                                         "--run-dir", self.directory))
            wait_until(socket.exists, 10, "the agent is there")
        self.file.write_text(text)
        return [self._spawn(program("wslb-proxy"), "-f", self.file, "-db", *flags), *processes]

    def _spawn(self, *arguments):
        return self.host.spawn(*arguments)

    @property
    def alive(self):
        return all(process.alive for process in self.processes)

    def cpu_s(self):
        return sum(map(cpu_s, self.processes))

    def resident_bytes(self):
        return [resident_bytes(process) for process in self.processes]


def family(pid):
    """The process and its children."""
    pids = [pid]
    for one in pids:
        for children in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            pids += map(int, children.read_text().split())
    return pids


def cpu_s(process):
    nanoseconds = 0
    for pid in family(process.pid):
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            nanoseconds += int(task.read_text().split()[0])
    return nanoseconds / 1e9


def resident_bytes(process):
    pages = sum(int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
                for pid in family(process.pid))
    return pages * os.sysconf("SC_PAGE_SIZE")
