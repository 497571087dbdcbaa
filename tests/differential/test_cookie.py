"""Persistence by cookie: what the client is told, what the server sees, what the log says."""
import re
import time

import pytest

from .both import Case, ask

FOUR = [ask(), ask(), ask("/cookies"), ask("/cached")]
RULES = ("SRV insert", "SRV insert indirect", "SRV insert nocache", "SRV insert indirect nocache",
         "SRV prefix", "SRV rewrite", "SRV", "SRV indirect", "SRV prefix indirect",
         "SRV insert postonly", "SRV insert preserve", "SRV insert indirect preserve",
         "SRV insert httponly secure", "SRV insert domain .a.com domain b.c.com",
         "SRV insert attr SameSite=None attr Partitioned httponly", "SRV insert dynamic")

# Requests with cookies of the client's own making.
ODD = [ask("/cookies", f"Cookie: {cookie}") for cookie in (
    "SRV=sb", "SRV=gone", "SRV=", "SRV", "x=1; SRV=sb; y=2", "SRV=sa; SRV=sb", "SRV=gone; SRV=sb",
    "SRV=sb~1", "SRV=~1", "SRV=sb~1~2; z=3", "SRV=\"sb\"", "srv=sb", "SRV=sb|", "SRV=sb|x|y")]
SETTING = [ask(f"/set-cookie?v={value}") for value in ("1", "SRV=1", "SRV=1;Path=/x;HttpOnly")]


def case(rule, requests, **options):
    return Case(requests, backend=f"balance roundrobin\ncookie {rule}\ndynamic-cookie-key k",
                servers=options.pop("servers", "cookie s{app.name}"), frontend="option httplog",
                log=True, **options)


CASES = {rule: case(rule, FOUR, jar=True) for rule in RULES}
CASES |= {f"odd: {rule}": case(rule, ODD) for rule in
          ("SRV insert", "SRV insert indirect", "SRV prefix", "SRV rewrite", "SRV")}
CASES |= {f"set by the server: {rule}": case(rule, SETTING, jar=True) for rule in RULES
          if "dynamic" not in rule and "domain" not in rule}
CASES["dynamic"] = case("SRV insert dynamic", FOUR, jar=True, servers="")
CASES["post"] = case("SRV insert postonly", [ask(), ask("/body", method="POST", body=b"x"), ask()],
                     jar=True)
CASES["server without a cookie"] = case("SRV insert", [ask("/whoami", "Cookie: SRV=gone")],
                                        servers="")
CASES["server in maintenance"] = case("SRV insert", [ask("/whoami", "Cookie: SRV=sb")],
                                      servers="cookie s{app.name} disabled")


def worths(both, count):
    """What the log says of the cookies, one word for each request: "--VN"."""
    return [re.search(r" ([-A-Za-z]{4}) \d", line).group(1) for line in both.syslog.wait_for(count)]


@pytest.mark.parametrize("name", CASES)
def test_cookie(both, name):
    made = CASES[name]

    def story():
        both.syslog.lines()
        return both.play(made._replace(log=False)), worths(both, len(made.requests))
    both.equal(both.configuration(made), story)


DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def date(seconds):
    steps = seconds // 4
    return "".join(DIGITS[(steps >> shift) & 63] for shift in (24, 18, 12, 6, 0))


AGES = (0, -3600, 40, 400, -90000)
DATED = {
    "maxidle": ("maxidle 60", [f"sb|{date(int(time.time()) - age)}" for age in AGES]),
    "maxlife": ("maxlife 5m", [f"sb|{date(int(time.time()))}|{date(int(time.time()) - age)}"
                               for age in AGES]),
    "both": ("maxidle 60 maxlife 5m", [f"sb|{date(int(time.time()) - age)}|{date(int(time.time()))}"
                                       for age in AGES]),
    "no date": ("maxidle 60 maxlife 5m", ["sb", "sb|", "sb|xxxxx", "sb|~~~~~|~~~~~", "gone"]),
    "unwanted date": ("nocache", [f"sb|{date(int(time.time()))}|{date(int(time.time()))}"]),
}


@pytest.mark.parametrize("name", DATED)
def test_dates(both, name):
    """The two proxies run one after the other, so dates are compared by their number only."""
    rule, cookies = DATED[name]
    made = case(f"SRV insert {rule}", [])

    def story():
        both.syslog.lines()
        answers = [both.solo.get("/whoami", f"Cookie: SRV={cookie}") for cookie in cookies]
        return worths(both, len(cookies)), [
            [re.sub(r"\|[A-Za-z0-9+/]{5}", "|DATE", value) for value in answer.all("Set-Cookie")]
            for answer in answers]
    both.equal(both.configuration(made), story)


def test_a_fresh_date_is_of_now(both):
    made = case("SRV insert maxidle 1h", [])
    with both.solo.proxy(both.configuration(made), "wslb"):
        value = both.solo.get().header("Set-Cookie").split(";")[0]
    steps = 0
    for digit in value.split("|")[1]:
        steps = steps * 64 + DIGITS.index(digit)
    assert abs(steps * 4 - time.time()) < 10
