"""Options of the HTTP exchange, and answers of the proxies' own."""
import pytest

from .both import Ask, Case, ask

FORWARD = "option forwardfor"
MINE = ask("/", "X-Forwarded-For: 1.2.3.4")
KEPT = b"GET /whoami HTTP/1.1\r\nHost: h\r\n\r\n"

CASES = {
    "forwardfor": Case([ask(), MINE], frontend=FORWARD),
    "forwardfor of the backend": Case([ask(), MINE], backend=FORWARD + " header X-B"),
    "forwardfor of both": Case([ask()], frontend=FORWARD + " header X-F",
                               backend=FORWARD + " header X-B"),
    "forwardfor except the client": Case([ask()], frontend=FORWARD + " except 10.77.0.31"),
    "forwardfor except its network": Case([ask()], frontend=FORWARD + " except 10.0.0.0/8"),
    "forwardfor except others": Case([ask()], frontend=FORWARD + " except 10.77.0.32/28"),
    "forwardfor except in the backend": Case([ask()], frontend=FORWARD,
                                             backend=FORWARD + " except 10.77.0.0/24"),
    "forwardfor if-none": Case([ask(), MINE], frontend=FORWARD + " if-none"),
    "forwardfor if-none on one side": Case([ask(), MINE], frontend=FORWARD + " if-none",
                                           backend=FORWARD),
    "forwardfor if-none of another name": Case([ask(), MINE],
                                               frontend=FORWARD + " if-none header X-Client"),
    "originalto": Case([ask()], frontend="option originalto"),
    "originalto header": Case([ask()], frontend="option originalto header X-To"),
    "originalto except": Case([ask()], frontend="option originalto except 10.77.0.11"),
    "httpclose": Case([Ask(raw=KEPT)], frontend="option httpclose"),
    "httpclose in the backend": Case([Ask(raw=KEPT)], backend="option httpclose"),
    "http-server-close": Case([Ask(raw=KEPT)], frontend="option http-server-close"),
    "errorloc": Case([ask("/x")], frontend="use_backend none if { path /x }\nerrorloc 503 /sorry",
                     top="\nbackend none\n"),
    "errorloc303": Case([ask("/x")], frontend=(
        "use_backend none if { path /x }\nerrorloc303 503 http://a.test/sorry"),
        top="\nbackend none\n"),
    "errorloc of the backend": Case([ask("/x")], frontend=(
        "use_backend none if { path /x }\nerrorloc 503 /front"),
        top="\nbackend none\n    errorloc 503 /back\n"),
    "errorloc of defaults": Case([ask("/x")], frontend="use_backend none if { path /x }",
                                 defaults="errorloc 503 /sorry", top="\nbackend none\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_option(both, name):
    both.same(CASES[name])


def test_monitor_uri(both):
    file = both.solo.host.directory / "200.http"
    file.write_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nup\n")
    both.same(Case([ask("/up"), ask("/up?x"), ask("/up/"), ask("/up", method="HEAD"), ask("/UP")],
                   frontend=f"monitor-uri /up\nerrorfile 200 {file}", ignore=("connection",)))


FILES = {
    "plain": b"HTTP/1.0 503 Down now\r\nX-Mine: yes\r\nCache-Control: no-cache\r\n\r\nsorry\n",
    "bare LF": b"HTTP/1.1 503 Down\nContent-Type: text/plain\n\nsorry\n",
    "another status": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd",
    "closes": b"HTTP/1.1 503 Down\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabcd",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_errorfile(both, name, method):
    file = both.solo.host.directory / "503.http"
    file.write_bytes(FILES[name])
    both.same(Case([ask("/x", method=method)], log=True, ignore=("connection",),
                   top="\nbackend none\n", frontend=(
        f"option httplog\nuse_backend none if {{ path /x }}\nerrorfile 503 {file}")))
