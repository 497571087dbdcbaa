"""The log line of a request, field by field, over UDP."""
import pytest

from .both import Ask, Case, ask

CASES = {
    "httplog": Case([ask(), ask("/missing?x=1", method="HEAD")], frontend="option httplog",
                    log=True),
    "no option": Case([ask()], log=True),
    "bad request": Case([Ask(raw=b"hello\r\n\r\n")], frontend="option httplog", log=True),
    "no server": Case([ask()], frontend="option httplog\nuse_backend none if { path_beg / }",
                      top="\nbackend none\n", log=True),
    "cookie": Case([ask(), ask(), ask()], frontend="option httplog",
                   backend="cookie SRV insert indirect nocache", servers="cookie {app.name}",
                   jar=True, log=True),
}


@pytest.mark.parametrize("name", CASES)
def test_log_line(both, name):
    both.same(CASES[name])
