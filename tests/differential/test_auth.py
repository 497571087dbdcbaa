"""userlist, http_auth() and its like, http-request auth."""
import base64

import pytest

from .both import Case, ask

# The password "two", SHA-256 and SHA-512 of crypt(3).
HASH5 = "$5$abcdefgh$iet8fTBfKMZzZOVY7rWTv0eLF9ZFTffYJsMMFyJxaHB"
HASH6 = ("$6$abcdefgh$q96TCLGM1mP.Bi7RUsLZ3IjTVPtt5WU31I4BBfwIO8LdRtvk"
         "/tXipYW/w8jONA8ZSJqEFKMqjTr8Tn1Qgc4Ko1")
LISTS = """
userlist people
    group staff users anna
    group guests
    user anna insecure-password one
    user bert password HASH5 groups guests,staff
    user carl password HASH6
    user dora insecure-password a:b groups guests
userlist others
    user anna insecure-password other
"""


def basic(text, scheme="Basic"):
    return f"Authorization: {scheme} {base64.b64encode(text.encode()).decode()}"


GIVEN = [(), (basic("anna:one"),), (basic("anna:on"),), (basic("anna:one "),), (basic("bert:two"),),
         (basic("bert:one"),), (basic("carl:two"),), (basic("dora:a:b"),), (basic("none:one"),),
         (basic(":"),), (basic("anna"),), (basic("anna:one", "basic"),),
         (basic("anna:one", "BASIC"),), (basic("anna:one", "Basic  "),), ("Authorization: Basic",),
         ("Authorization: Basic ===",), ("Authorization: Basic !!!!",),
         ("Authorization: Bearer x",),
         (basic("anna:one", "Digest"),), (basic("anna:one"), basic("bert:no")),
         (basic("anna:other"),)]
ALL = [ask("/whoami", *headers) for headers in GIVEN]
SOME = [ask("/whoami"), ask("/whoami", basic("anna:one")), ask("/x", method="HEAD"),
        ask("/body", method="POST", body=b"abc")]


def case(frontend, requests=None, backend="", **options):
    top = LISTS.replace("HASH5", HASH5).replace("HASH6", HASH6)
    return Case(requests or ALL, frontend=frontend,
                backend="balance roundrobin\n" + backend, top=top, **options)


CASES = {
    "who is it": case("http-request set-header X-A \"%[http_auth(people)] %[http_auth_user] "
                      "%[http_auth_pass] %[http_auth_type] %[http_auth_bearer] "
                      "%[http_auth_group(people)]\""),
    "groups": case("http-request set-header X-S 1 if { http_auth_group(people) staff }\n"
                   "http-request set-header X-G 1 if { http_auth_group(people) guests }\n"
                   "http-request set-header X-E 1 if { http_auth_group(people) staff guests }"),
    "auth": case("option httplog\nhttp-request auth unless { http_auth(people) }",
                 ALL, log=True, ignore=("content-length",)),
    "realm": case("http-request auth realm \"a b\" unless { http_auth(people) }", SOME),
    "of the backend": case("", SOME, "http-request auth unless { http_auth_group(people) guests }"),
    "another list": case("http-request deny unless { http_auth(others) }"),
    "bearer of another header": case("http-request set-header X-T %[http_auth_bearer(x-token)]",
                                     [ask("/", "X-Token: Bearer abc"), ask("/", "X-Token: abc"),
                                      ask("/", "X-Token: bearer  abc ")]),
    "kept": case("http-request auth unless { http_auth(people) }",
                 [ask("/", "Connection: close"), ask("/", "Connection: keep-alive")]),
}


@pytest.mark.parametrize("name", CASES)
def test_auth(both, name):
    both.same(CASES[name])


def test_stats_auth(both):
    story = [ask("/stats;csv", *headers) for headers in GIVEN if headers != (basic(":"),)]

    def statuses():
        return [both.solo.get(request.path, *request.headers).status for request in story]
    text = both.configuration(case(
        "stats enable\nstats uri /stats\nstats auth anna:one\nstats auth dora:a:b", story))
    both.equal(text, statuses)
