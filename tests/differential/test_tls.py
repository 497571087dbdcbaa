"""TLS at both sides: which certificate, which version, who is refused, and that the bytes are
the same inside of it."""
import socket
import ssl
import time

import pytest

from tests.lab import websocket

from .both import Case
from .certificates import Authority
from .raw_server import RawServer

PORT = 9443
REQUEST = b"GET /whoami HTTP/1.1\r\nHost: a.lab\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def authority(both):
    made = Authority(both.solo.host.directory / "tls")
    many = made.directory / "many"
    many.mkdir()
    made.files = {name: made.issue(name) for name in ("a.lab", "b.lab", "*.wild.lab")}
    made.files |= {"a": made.files["a.lab"], "b": made.files["b.lab"],
                   "wild": made.files["*.wild.lab"]}
    made.files["beside"] = made.issue("beside.lab", key_beside=True)
    made.files["client"] = made.issue("client.lab")
    for name in ("b.lab", "*.wild.lab", "a.lab"):
        (many / made.files[name].name).write_text(made.files[name].read_text())
    made.files["many"] = many
    return made


def client_context(authority, **options):
    context = ssl.create_default_context(cafile=str(authority.file))
    context.check_hostname = False
    for name, value in options.items():
        setattr(context, name, value)
    return context


def connect(both, context, name):
    with both.solo.client.inside():
        plain = socket.create_connection((both.solo.host.address, PORT), 5)
    return context.wrap_socket(plain, server_hostname=name)


def ask(both, context, name="a.lab", data=REQUEST):
    """(name of the certificate, TLS version, ALPN, status), or that it was refused."""
    try:
        with connect(both, context, name) as connection:
            connection.sendall(data)
            answer = b""
            while part := connection.recv(4096):
                answer += part
            subject = dict(pair for field in connection.getpeercert()["subject"]
                           for pair in field)["commonName"]
            return [subject, connection.version(), connection.selected_alpn_protocol(),
                    int(answer.split()[1])]
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
        return "refused"


def bind(both, options, **case):
    return both.configuration(Case([], frontend=f"bind :{PORT} ssl {options}", **case))


ONE = "crt {a}"
ALL = "crt {a} crt {b} crt {wild}"
CHOICES = {
    "one certificate": (ONE, "a.lab"),
    "none for the name": (ONE, "other.lab"),
    "no name": (ONE, None),
    "exact": (ALL, "b.lab"),
    "letter case": (ALL, "B.LAB"),
    "wildcard": (ALL, "x.wild.lab"),
    "wildcard is for one label": (ALL, "x.y.wild.lab"),
    "wildcard is not for its parent": (ALL, "wild.lab"),
    "first for others": (ALL, "c.lab"),
    "directory": ("crt {many}", "b.lab"),
    "first of a directory": ("crt {many}", "c.lab"),
    "key beside": ("crt {beside}", "beside.lab"),
    "strict-sni, known": (ALL + " strict-sni", "b.lab"),
    "strict-sni, unknown": (ALL + " strict-sni", "c.lab"),
    "strict-sni, no name": (ALL + " strict-sni", None),
}


@pytest.mark.parametrize("case", CHOICES)
def test_choice_of_the_certificate(both, authority, case):
    options, name = CHOICES[case]
    text = bind(both, options.format_map(authority.files))
    both.equal(text, lambda: ask(both, client_context(authority), name))


VERSIONS = {
    "default, 1.2": ("", {"maximum_version": ssl.TLSVersion.TLSv1_2}),
    "default, 1.3": ("", {"minimum_version": ssl.TLSVersion.TLSv1_3}),
    "no-tlsv13": ("no-tlsv13", {}),
    "no-tlsv13, 1.3": ("no-tlsv13", {"minimum_version": ssl.TLSVersion.TLSv1_3}),
    "min 1.3": ("ssl-min-ver TLSv1.3", {"maximum_version": ssl.TLSVersion.TLSv1_2}),
    "max 1.2": ("ssl-max-ver TLSv1.2", {}),
    "force-tlsv12": ("force-tlsv12", {}),
    "alpn": ("alpn http/1.1", {"alpn": ["h2", "http/1.1"]}),
    "alpn, none in common": ("alpn http/1.1", {"alpn": ["h2"]}),
    "no alpn": ("", {"alpn": ["http/1.1"]}),
}


@pytest.mark.parametrize("case", VERSIONS)
def test_versions(both, authority, case):
    options, wishes = VERSIONS[case]
    wishes = dict(wishes)
    alpn = wishes.pop("alpn", None)
    text = bind(both, f"crt {authority.files['a.lab']} {options}")

    def story():
        context = client_context(authority, **wishes)
        if alpn:
            context.set_alpn_protocols(alpn)
        return ask(both, context)
    both.equal(text, story)


@pytest.mark.parametrize("verify", ["none", "optional", "required"])
@pytest.mark.parametrize("has_certificate", [True, False])
def test_certificates_of_clients(both, authority, verify, has_certificate):
    text = bind(both, f"crt {authority.files['a.lab']} verify {verify} ca-file {authority.file}")

    def story():
        context = client_context(authority)
        if has_certificate:
            context.load_cert_chain(authority.files["client"])
        return ask(both, context)
    both.equal(text, story)


def test_clear_text_at_a_tls_port_is_closed(both, authority):
    text = bind(both, f"crt {authority.files['a.lab']}")

    def story():
        with both.solo.client.inside():
            plain = socket.create_connection((both.solo.host.address, PORT), 5)
        plain.sendall(REQUEST)
        try:
            return b"HTTP" in plain.recv(4096)
        except ConnectionResetError:
            return False
    assert both.equal(text, story) is False


def test_a_silent_client_is_closed_by_the_client_timeout(both, authority):
    text = bind(both, f"crt {authority.files['a.lab']}\ntimeout client 500ms")

    def story():
        begin = time.monotonic()
        with both.solo.client.inside():
            plain = socket.create_connection((both.solo.host.address, PORT), 5)
        plain.recv(4096)
        return 0.45 < time.monotonic() - begin < 3
    assert both.equal(text, story)


def test_proxy_header_before_the_handshake(both, authority):
    text = bind(both, f"crt {authority.files['a.lab']} accept-proxy\noption forwardfor")

    def story():
        with both.solo.client.inside():
            plain = socket.create_connection((both.solo.host.address, PORT), 5)
        plain.sendall(b"PROXY TCP4 1.2.3.4 5.6.7.8 100 80\r\n")
        both._arrived()
        with client_context(authority).wrap_socket(plain, server_hostname="a.lab") as connection:
            connection.sendall(REQUEST)
            status = connection.recv(4096).split()[1]
        return [status, both._arrived()]
    both.equal(text, story)


@pytest.mark.parametrize("mode", ["http", "tcp"])
def test_tunnel_inside_of_tls(both, authority, mode):
    """WebSocket: many sizes to and fro, and the end."""
    text = bind(both, f"crt {authority.files['a.lab']}\nmode {mode}", backend=f"mode {mode}")

    def story():
        connection = connect(both, client_context(authority), "a.lab")
        connection.sendall(b"GET /echo HTTP/1.1\r\nHost: a.lab\r\nUpgrade: websocket\r\n"
                           b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        buffer = bytearray()
        while b"\r\n\r\n" not in buffer:
            buffer += connection.recv(4096)
        del buffer[:buffer.index(b"\r\n\r\n") + 4]
        seen = []
        for size in (0, 1, 125, 126, 16000, 65536, 1_000_000):
            message = bytes(range(256)) * (size // 256) + bytes(size % 256)
            connection.sendall(websocket.encode(message, masked=True))
            while not (frame := websocket.decode(buffer)):
                buffer += connection.recv(65536)
            del buffer[:frame[2]]
            seen.append([size, frame[1] == message])
        connection.sendall(websocket.encode(b"\x03\xe8", websocket.CLOSE, masked=True))
        while part := connection.recv(4096):
            buffer += part
        return [seen, websocket.decode(buffer)[0], "closed"]
    both.equal(text, story)


def tls_server(both, authority, name="a.lab"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.files[name])
    context.names = []
    context.sni_callback = lambda connection, asked, _: context.names.append(asked)
    return context, RawServer(both.solo.apps[0].host, 7443,
                              lambda s: context.wrap_socket(s, server_side=True))


SERVERS = {
    "verify none": "ssl verify none",
    "verified": "ssl verify required ca-file {ca}",
    "verified for a name": "ssl verify required ca-file {ca} verifyhost a.lab",
    "verified for another name": "ssl verify required ca-file {ca} verifyhost b.lab",
    "unknown authority": "ssl verify required ca-file {other}",
    "sni": "ssl verify none sni str(b.lab)",
    "sni is verified": "ssl verify required ca-file {ca} sni str(a.lab)",
    "sni is verified, wrong": "ssl verify required ca-file {ca} sni str(b.lab)",
    "sni of the request": "ssl verify none sni req.hdr(host)",
    "send-proxy": "ssl verify none send-proxy no-send-proxy",
    "alpn": "ssl verify none alpn http/1.1",
    "checked": "ssl verify none check inter 100ms",
    "checked with a name": "ssl verify none check inter 100ms check-sni c.lab",
    "check not in TLS": "ssl verify none check inter 100ms no-check-ssl",
}


@pytest.mark.parametrize("case", SERVERS)
def test_servers(both, authority, case):
    other = Authority(both.solo.host.directory / "other")
    context, raw = tls_server(both, authority)
    options = SERVERS[case].format(ca=authority.file, other=other.file)
    text = both.configuration(Case([], backend="option httpchk GET /up\nretries 0")).split(
        "    server a ")[0]
    text += f"    server raw {both.solo.apps[0].host.address}:7443 {options}\n"

    def story():
        context.names.clear()
        time.sleep(0.6 if "check" in case else 0)  # several checks
        raw.take()
        connection = both.solo.http()
        connection.send(REQUEST)
        response = connection.response()
        names = sorted({name or "" for name in context.names})
        return [response.status, names, len(raw.take(lambda data: b"/whoami" in data))]
    try:
        both.equal(text, story)
    finally:
        raw.close()
