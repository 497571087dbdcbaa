"""Digests and bytes in hexadecimal and decimal."""
import pytest

from .both import Case, ask

pytestmark = pytest.mark.long

TEXTS = [ask("/", f"X-T: {text}") for text in ("abc", "a", "", "hello world", "x" * 70)]
KEY = "a2V5"  # "key"
EXPRESSIONS = (
    "sha1,hex", "sha2,hex", "sha2(224),hex", "sha2(512),hex", "digest(md5),hex",
    "digest(sha256),hex", "digest(SHA384),hex", f"hmac(sha256,{KEY}),hex", f"hmac(md5,{KEY}),hex",
    "hmac(sha1,txn.key),hex", "sha1,base64", "be2hex(:,1)", "be2hex(-,2,1)", "be2hex",
    "be2dec(:,1)", "be2dec(-,2)", "be2dec(.,3,1)", "secure_memcmp(txn.abc)",
    "sha1,secure_memcmp(txn.digest)")
CASES = {
    "all": Case(TEXTS, frontend=f"http-request set-var(txn.key) str({KEY})\n"
                "http-request set-var(txn.abc) str(abc)\n"
                "http-request set-var(txn.digest) str(abc),sha1\n" + "\n".join(
                    f"http-request set-header X-{i} %[hdr(x-t),{expression}]"
                    for i, expression in enumerate(EXPRESSIONS))),
}


@pytest.mark.parametrize("name", CASES)
def test_digests(both, name):
    both.same(CASES[name])
