"""What is seen of a request's body before it is forwarded."""
import pytest

from .both import Ask, Case, ask

pytestmark = pytest.mark.long

LETTERS = "abcdefghijklmnop"

SEEN = ("http-request set-header X-B \"%[req.body] %[req.body_len] %[req.body_size] "
        "%[req.body_param(x)]\"")


def post(body, path="/body", *headers):
    return ask(path, "Content-Type: application/x-www-form-urlencoded", *headers, method="POST",
               body=body)


def chunked(*chunks, path="/body", version="1.1", more=""):
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = f"POST {path} HTTP/{version}\r\nHost: 10.77.0.11\r\n{more}Transfer-Encoding: chunked"
    return Ask(raw=head.encode() + b"\r\n\r\n" + body + b"0\r\n\r\n")


BODIES = [post(b"x=1&y=2"), post(b"y=2&x=3&x=4"), post(b"xx=1"), ask("/whoami"), post(b"x"),
          chunked(b"x=", b"5&", b"y=1"), post(b"x=" + b"a" * 3000)]
CASES = {
    "option": Case(BODIES, frontend="option http-buffer-request\n" + SEEN),
    "option of the backend": Case(BODIES, backend="balance roundrobin\n"
                                  "option http-buffer-request\n" + SEEN),
    "wait-for-body": Case(BODIES, frontend="http-request wait-for-body time 1s\n" + SEEN),
    "wait for some": Case(BODIES, frontend="http-request wait-for-body time 1s at-least 2\n"
                          "http-request set-header X-B 1 if { req.body_len ge 2 }"),
    "denied by the body": Case(BODIES, frontend="option http-buffer-request\n"
                               "http-request deny if { req.body_param(x) -m found }"),
    "sub": Case(BODIES, frontend="option http-buffer-request\n"
                "http-request deny if { req.body -m sub y=1 }"),
    "time-out": Case([Ask(raw=b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")],
                     frontend="option httplog\nhttp-request wait-for-body time 200ms", log=True),
    "time-out of the option": Case(
        [Ask(raw=b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")], log=True,
        frontend="option httplog\ntimeout http-request 300ms\noption http-buffer-request"),
    "expected": Case([Ask(raw=b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                          b"Expect: 100-continue\r\n\r\nab")],
                     frontend="option http-buffer-request\n" + SEEN),
    "check_post": Case([post(f"u={letter}".encode()) for letter in LETTERS[:12]] +
                       [ask(f"/whoami?u={letter}") for letter in LETTERS[:4]] +
                       [chunked(b"u=", b"c"), post(b"z=1"),
                        ask("/body", method="PUT", body=b"u=c")],
                       backend="balance url_param u check_post"),
    "unique-id": Case([ask(), ask()], frontend="unique-id-format \"%{+X}o\\\\ %ci-%[path]\"\n"
                      "unique-id-header X-Id\nhttp-request set-header X-U %[unique-id]\n"
                      "http-response set-header X-R %[unique-id]"),
    "names": Case([ask()], frontend="http-request set-header X-S \"%[so_name] %[so_id]\"",
                  backend="balance roundrobin\nhttp-response set-header X-I \"%[srv_id] "
                  "%[srv_name]\""),
    "cookies without a name": Case(
        [ask("/cookies", f"Cookie: {c}") for c in ("a=1", "a=1; b=2", "a=", "", "a=1; a=2; c")],
        frontend="http-request set-header X-C \"%[req.cook_cnt] %[req.cook] %[req.cook_cnt(a)]\"\n"
                 "http-request set-header X-M 1 if { req.cook_cnt ge 2 }"),
    "ipmask": Case(
        [ask("/", f"X-T: {value}") for value in ("10.1.2.3", "2001:db8:1:2:3:4:5:6", "x")],
        frontend="\n".join(f"http-request set-header X-{i} %[hdr_ip(x-t),ipmask({mask})]"
                           for i, mask in enumerate((
                               "24", "24,64", "255.255.0.0", "8,ffff:ffff:ffff::", "0,0",
                               "255.128.0.0,ffff:fff0::", "32,128")))),
    "bodies that are malformed": Case(
        [Ask(raw=b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")],
        frontend="option http-buffer-request"),
}


@pytest.mark.parametrize("name", CASES)
def test_body(both, name):
    both.same(CASES[name])
