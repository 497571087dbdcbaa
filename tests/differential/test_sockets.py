"""Listening on more than ADDRESS:PORT, and servers on unix sockets."""
import os
import socket
import stat

import pytest

from .both import Case
from .raw_server import RawServer

REQUEST = b"GET /whoami HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"


def status(connection):
    try:
        connection.sendall(REQUEST)
        answer = b""
        while part := connection.recv(4096):
            answer += part
        return int(answer.split()[1])
    except OSError as error:
        return type(error).__name__
    finally:
        connection.close()


def reach(both, address, port):
    try:
        with both.solo.client.inside():
            return status(socket.create_connection((address, port), 2))
    except OSError as error:
        return type(error).__name__


BINDS = {
    "range": ":9201-9203",
    "range and more": ":9201-9202,10.77.0.11:9203",
    "IPv6 and IPv4": ":::9201",
    "v4v6": ":::9201 v4v6",
    "v6only": ":::9201 v6only",
    "interface": ":9201 interface lan0",
    "other interface": ":9201 interface lo",
    "backlog": ":9201 backlog 10",
    "defer-accept": ":9201 defer-accept",
    "tcp-ut": ":9201 tcp-ut 5s",
}


@pytest.mark.parametrize("case", BINDS)
def test_bind(both, case):
    text = both.configuration(Case([], frontend=f"bind {BINDS[case]}"))
    both.equal(text, lambda: [reach(both, address, port)
                              for address in (both.solo.host.address, both.solo.host.address6)
                              for port in (9201, 9202, 9203)])


@pytest.mark.parametrize("form", ["unix@{path}", "{path}", "unix@{path} mode 660 gid 1"])
def test_unix_socket(both, form):
    path = both.solo.host.directory / "in.sock"
    text = both.configuration(Case(
        [], frontend=f"bind {form.format(path=path)}\noption forwardfor"))

    def story():
        mode = os.stat(path)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        both._arrived()
        rights = oct(stat.S_IMODE(mode.st_mode)) if "mode" in form else ""
        return [status(connection), rights, mode.st_gid, both._arrived()]
    both.equal(text, story)


def test_abstract_socket(both):
    text = both.configuration(Case([], frontend="bind abns@wslb-lab"))

    def story():
        with both.solo.host.inside():
            connection = socket.socket(socket.AF_UNIX)
        connection.connect("\0wslb-lab".ljust(108, "\0"))
        return status(connection)
    assert both.equal(text, story) == 200


@pytest.mark.parametrize("options", ["", "send-proxy", "check inter 100ms"])
def test_server_on_a_unix_socket(both, options):
    path = both.solo.host.directory / "server.sock"
    raw = RawServer(both.solo.host, 7000, path=path)
    text = both.configuration(Case([])).split("    server a ")[0]
    text += f"    server raw unix@{path} {options}\n"

    def story():
        raw.take()
        code = both.solo.get().status
        data, = raw.take()
        return [code, repr(data[:11])]
    try:
        both.equal(text, story)
    finally:
        raw.close()


def test_directory_of_files(both):
    """All *.cfg in the order of their names, as if they were one."""
    text = both.configuration(Case([]))
    head, backend = text.split("\nbackend app")
    directory = both.solo.host.directory / "parts"
    directory.mkdir(exist_ok=True)
    (directory / "20.cfg").write_text("\nbackend app" + backend)
    (directory / "10.cfg").write_text(head)
    (directory / "30.txt").write_text("this is no configuration\n")
    results = [both.solo.host.run(program, "-c", "-f", directory, check=False).returncode
               for program in ("/usr/sbin/haproxy", os.environ["WSLB_BIN"] + "/wslb-proxy")]
    assert results == [0, 0]
