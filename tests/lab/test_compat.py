"""`--compat-1.x`: a file of HAProxy 1.x serves, and a reload still knows its words."""
from .solo import ADDRESS

OLD = """
global
defaults
    mode http
    contimeout 2000
    clitimeout 5000
    srvtimeout 5000
listen web
    bind {address}:80
    reqidel ^X-Gone:.*
    reqadd X-Proto:\\ {proto}
    option http-tunnel
    server a {app.endpoint}
"""


def old(solo, proto):
    return OLD.format(address=ADDRESS, app=solo.apps[0], proto=proto)


def arrived(solo):
    solo.get("/whoami", "X-Gone: 1")
    return solo.apps[0].requests()[-1]["headers"]


def test_words_of_haproxy_1(solo):
    with solo.proxy(old(solo, "https"), "wslb", flags=("--compat-1.x",)) as process:
        headers = arrived(solo)
        assert (headers.get("x-proto"), headers.get("x-gone")) == (["https"], None)
        assert "warning: 'reqadd' is of HAProxy 1.x and read as" in process.text()
        assert "is in use" in solo.reload(process, old(solo, "wss"))
        assert arrived(solo)["x-proto"] == ["wss"]
