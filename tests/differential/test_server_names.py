"""Servers that the configuration names by host."""
import pytest

from .both import Case, ask

LINES = {
    "names": ("balance roundrobin",
              "server a a.test:3000\nserver b b.test:3000 init-addr last,libc"),
    "last resort": ("balance roundrobin",
                    "server a nobody.test:3000 init-addr libc,10.77.0.21\n"
                    "server b b.test:3000 init-addr 10.77.0.22"),
    "dynamic cookies": ("cookie S insert dynamic\ndynamic-cookie-key k",
                        "server a a.test:3000\nserver b 10.77.0.22:3000"),
}


@pytest.fixture(autouse=True)
def hosts(both):
    host = both.solo.host
    host.hosts_file = host.directory / "hosts"
    host.hosts_file.write_text("127.0.0.1 localhost\n10.77.0.21 a.test\n10.77.0.22 b.test\n")
    yield
    host.hosts_file = None


@pytest.mark.parametrize("name", LINES)
def test_server_name(both, name):
    backend, servers = LINES[name]
    text = both.solo.configuration(backend, apps=[]) + servers + "\n"
    text = text.replace("global\n", "global\n    nbthread 1\n", 1)
    both.equal(text, lambda: both.play(Case([ask()] * 4)))


def test_a_name_without_an_address_is_an_error(both):
    text = both.solo.configuration("", apps=[]) + "server a nobody.test:3000\n"
    with pytest.raises(Exception) as seen:
        with both.solo.proxy(text, "wslb"):
            pass
    assert "'server' 'nobody.test' has no address: " in str(seen.value)
