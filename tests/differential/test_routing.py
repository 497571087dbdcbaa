"""ACLs and the choice of a backend."""
import pytest

from .both import Case, ask

CASES = {
    "default": Case([ask(), ask("/x?y=1")]),
    "path_beg": Case(
        [ask("/deny/me"), ask("/deny"), ask("/other"), ask("/x/deny/")],
        frontend="acl bad path_beg /deny\nuse_backend none if bad", top="\nbackend none\n"),
    "hdr ignores case": Case(
        [ask("/", "X-Kind: ADMIN"), ask("/", "X-Kind: user"), ask("/", "x-kind: a, admin")],
        frontend="acl bad hdr(x-kind) -i admin\nuse_backend none if bad", top="\nbackend none\n"),
    "unless and or": Case(
        [ask("/a"), ask("/b"), ask("/c")],
        frontend="use_backend none unless { path /a } || { path /b }", top="\nbackend none\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_routing(both, name):
    both.same(CASES[name])
