"""What is tried again, who is preferred, and what a monitor is told."""
import pytest

from .test_health import HTTP_OK, Stage

pytestmark = pytest.mark.long

BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\nX-App: a\r\n\r\n"
JUNK = b"junk\r\n\r\n"
PARTIAL = b"HTTP/1.1 200 OK\r\nX:"

FAULTS = {"empty": [None], "junk": [None, JUNK], "partial": [None, PARTIAL],
          "status": [None, BUSY], "late": [None, "hold"]}

RULES = {
    "default": "",
    "empty-response": "retry-on empty-response",
    "junk-response": "retry-on junk-response",
    "response-timeout": "retry-on response-timeout",
    "status": "retry-on 503 404",
    "all": "retry-on all-retryable-errors",
    "none": "retry-on none",
    "all and redispatch": "retry-on all-retryable-errors\noption redispatch",
    "all but one retry": "retry-on all-retryable-errors\nretries 1",
}


@pytest.fixture(scope="module")
def stage(both):
    made = Stage(both)
    yield made
    made.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("rule", RULES)
def test_retry_on(stage, rule, fault):
    """Server `a` goes wrong twice and is good then; `b` is good."""
    text = stage.configuration(RULES[rule] + "\ntimeout server 400ms", a="weight 256",
                               b="backup" if "redispatch" not in rule else "weight 1")

    def story():
        stage.servers["a"].set(FAULTS[fault], FAULTS[fault], [None, HTTP_OK % b"a"])
        response = stage.both.solo.get("/")
        return (response and (response.status, response.header("X-App")),
                stage.servers["a"].connections)
    stage.equal(text, story)


def test_a_refused_connection_is_not_tried_again_without_conn_failure(stage):
    text = stage.configuration("retry-on 503\noption redispatch 1", b="weight 1").replace(
        f"{stage.address}:3401", f"{stage.address}:9")
    stage.equal(text, lambda: sorted(stage.both.solo.get("/").status for _ in range(4)))


@pytest.mark.parametrize("option", ["", "option prefer-last-server", "http-reuse never",
                                    "option prefer-last-server\n    http-reuse never",
                                    "option prefer-last-server\n    http-reuse safe"])
def test_prefer_last_server(both, option):
    text = both.solo.configuration(f"    balance roundrobin\n    {option}\n").replace(
        "global\n", "global\n    nbthread 1\n", 1)

    def story():
        connection = both.solo.http()
        try:
            return [connection.get("/whoami").header("X-App") for _ in range(6)]
        finally:
            connection.close()
    both.equal(text, story)


@pytest.mark.parametrize("condition", ["if { nbsrv(app) lt 3 }", "unless { nbsrv(app) lt 3 }",
                                       "if { hdr(x-fail) yes }"])
def test_monitor_fail(both, condition):
    text = both.solo.configuration("", frontend="    monitor-uri /up\n    monitor fail "
                                                f"{condition}\n")

    def story():
        return [both.solo.get("/up", *headers).status for headers in ((), ("X-Fail: yes",))]
    both.equal(text, story)
