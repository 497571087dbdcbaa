"""log-format: each variable and flag, captures and unique ids, on both proxies."""
import pytest

from .both import Ask, Case, ask, normal_line

ABSOLUTE = Ask(raw=b"GET http://h.test/a/b?x=1 HTTP/1.1\r\nHost: h.test\r\n"
               b"Connection: close\r\n\r\n")
BAD = Ask(raw=b"hello\r\n\r\n")
CHUNKED = Ask(raw=b"POST /body HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
              b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;a=b\r\nabc\r\n0\r\n\r\n")
REQUEST = "%HM|%HU|%HP|%HPO|%HQ|%HV|%r|%ST|%s"  # HAProxy logs what needs no server twice
CAPTURES = (
    "capture request header User-Agent len 10\ncapture request header X-Missing len 5\n"
    "capture response header X-App len 10\ncapture response header Content-Type len 4\n")
COOKIES = "capture cookie SE len 8\nlog-format \"%CC %CS\""


def line(text, *requests, **options):
    """One frontend with this log-format."""
    return Case(list(requests) or [ask()], frontend=f"log-format \"{text}\"", log=True, **options)


CASES = {
    "names": line("%f %ft %b %s %H %% %ID %sslv %sslc"),
    "addresses": line("%ci %fi %bi %si %sp ~%cp~ ~%fp~ ~%bp~"),
    "addresses without a server": line("%ci %fi %bi %bp %si %sp", BAD),
    "request": line(REQUEST, ask("/a/b?x=1&y=2"), ask("/"), ask("/p?"), ask("/{a|b}^")),
    "absolute form": Case([ABSOLUTE], log=True, top="\nbackend none\n", frontend=(
        f"use_backend none if {{ path_beg / }}\nlog-format \"{REQUEST}\"")),
    "bad request": line(REQUEST + " %ST %B %U %ts %tsc %b %s", BAD),
    "counts": line("%ST %U %ac %fc %bc %sc %rc %sq %bq %ts %tsc", ask(), ask("/x", "X-Y: z")),
    "timers": line("~%TR %Tq %Th %Ti %Tw %Tc %Tr %Td %Ta %Tt %Tu~", ask(), BAD),
    "dates": line("~%t|%tr|%T|%Tl|%trg|%trl|%Ts|%ms~"),
    "process": line("~%pid~ %lc ~%rt~", ask(), ask()),
    "quotes": line("%{+Q}o %s %CC %ID %B %ci %sp %r %ts"),
    "quotes taken back": line("%{+Q}o %s %{-Q}s %b"),
    "quotes where nothing is": line("%{+Q}o %bi %bp %si %sp %s %HM", BAD),
    "escapes": line("%{+E}HU %{+E,+Q}HU", ask("/a]b\\c\"d")),
    "hexadecimal": line("%{+X}o %ci %fi %si %sp %lc %ST %B %U"),
    "blanks": line("  a   %hr  b %hr %hs   c  ", ask()),
    "no blanks": line("%ST%B%s-%b"),
    "percent": line("100%% %%ci"),
    "captures": Case([ask("/", "User-Agent: curl/7.88.1"),
                      ask("/", "user-agent: a", "User-Agent: b"),
                      ask("/", "X-Missing: {a|\"b#}"), ask(), BAD],
                     frontend=CAPTURES + "log-format \"%hr %hs|%hrl %hsl|%{+Q}hrl\"", log=True),
    "captures in httplog": Case([ask("/", "User-Agent: curl/7.88.1")],
                                frontend=CAPTURES + "option httplog", log=True),
    "captured cookies": Case([ask("/", "Cookie: a=1; SESSION=abcdef; SE=2"),
                              ask("/", "Cookie: b=1"), ask()], frontend=COOKIES, log=True,
                             backend="cookie SESS insert", servers="cookie {app.name}"),
    "unique id": Case([ask(), ask("/", "X-Id: mine")], log=True, frontend=(
        "unique-id-format \"%{+X}o %ci-%fi %r\"\nunique-id-header X-Id\nlog-format %ID")),
    "unique id that is not sent": Case([ask()], frontend=(
        "unique-id-format id-%ci\nlog-format %ID"), log=True),
    "the last one counts": Case([ask()], frontend=(
        "log-format %ci\noption tcplog\nlog-format %s"), log=True),
    "httplog after log-format": Case([ask()], frontend="log-format %ci\noption httplog", log=True),
}


@pytest.mark.parametrize("name", CASES)
def test_log_format(both, name):
    both.same(CASES[name])


BYTES = {
    "large": ask("/size?bytes=100000"),
    "chunked": ask("/chunked?bytes=25000"),
    "empty and chunked": ask("/chunked?bytes=0"),
    "HEAD": ask("/size?bytes=1000", method="HEAD"),
    "body": ask("/body", method="POST", body=b"x" * 70000),
    "chunked body": CHUNKED,
    "close": ask("/", "Connection: close"),
    "keep-alive": ask("/", "Connection: Keep-Alive", "X-A: b"),
    "HTTP/1.0": Ask(raw=b"GET / HTTP/1.0\r\n\r\n"),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes(both, name):
    """The bodies are random, so the log lines alone are compared."""
    def story():
        both.syslog.lines()
        request = BYTES[name]
        connection = both.solo.http()
        if request.raw:
            connection.send(request.raw)
            connection.response()
        else:
            connection.get(request.path, *request.headers, method=request.method,
                           body=request.body)
        connection.close()
        return [normal_line(each) for each in both.syslog.wait_for(1)]
    case = Case([], frontend="log-format \"%ST %B %U\"", log=True)
    assert len(both.equal(both.configuration(case), story)) == 1
