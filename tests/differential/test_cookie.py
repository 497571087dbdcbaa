"""Persistence by cookie: what the client is told, what the server sees."""
import pytest

from .both import Case, ask

FOUR = [ask(), ask(), ask("/cookies"), ask("/cached")]
CASES = {
    rule: Case(FOUR, backend=f"balance roundrobin\ncookie {rule}", servers="cookie s{app.name}",
               jar=True)
    for rule in ("SRV insert", "SRV insert indirect", "SRV insert nocache",
                 "SRV insert indirect nocache", "SRV prefix", "SRV rewrite")
}
CASES["server without a cookie"] = Case(
    [ask("/whoami", "Cookie: SRV=gone")], backend="balance roundrobin\ncookie SRV insert")


@pytest.mark.parametrize("name", CASES)
def test_cookie(both, name):
    both.same(CASES[name])
