"""The request parser beside Node's llhttp, over random requests."""
import json
import random
import subprocess

from tests.lab.program import ROOT
from tests.lab.wslb import binary

COMPARE = ROOT / "tests" / "differential" / "llhttp" / "compare.js"
COUNT = 20_000

# What llhttp refuses and wslb takes, as RFC 9112 allows or asks: a bare LF at the end of a line
# (2.2), any token as a method (3), equal Content-Lengths (6.3), HTTP/1.2.
TAKEN = {"HPE_CR_EXPECTED", "HPE_INVALID_HEADER_TOKEN", "HPE_INVALID_METHOD",
         "HPE_UNEXPECTED_CONTENT_LENGTH", "HPE_INVALID_CONTENT_LENGTH", "HPE_INVALID_VERSION"}


def test_nothing_is_smuggled_past_node():
    seed = random.randrange(1 << 31)
    done = subprocess.run(["node", "--no-deprecation", COMPARE, binary("http_verdict"), str(COUNT),
                           str(seed)], capture_output=True, text=True, timeout=120, check=True)
    seen = json.loads(done.stdout)
    assert seen["requests"] == COUNT and seen["accepted"] > COUNT / 20, seen
    assert seen["smuggled"] == [], f"seed {seed}"
    odd = {reason: seen["examples"][reason] for reason in seen["laxer"].keys() - TAKEN}
    assert not odd, f"seed {seed}"
