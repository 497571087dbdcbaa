"""http-request return assign: a server for clients who connect to it by themselves."""
import json
import time

import pytest

from .clock import wait_until
from .solo import kind_under_test

pytestmark = pytest.mark.skipif(kind_under_test() != "wslb", reason="not in HAProxy")

RULES = ("    http-request return assign app if { path /assign }\n"
         "    http-request return assign app timeout 300ms if { path /brief }\n"
         "    http-request return assign full timeout 300ms if { path /full }\n")
FULL = "\nbackend full\n    timeout queue 100ms\n    server only 10.77.0.21:3000 maxconn 1\n"


def given(solo, path="/assign"):
    response = solo.get(path)
    assert response.status == 200, response
    assert response.header("Content-Type") == "application/json"
    assert response.header("Cache-Control") == "no-cache"
    return json.loads(response.body)


@pytest.fixture(scope="module")
def assigning(solo):
    text = solo.configuration("    balance leastconn", frontend=RULES).replace(
        "10.77.0.22:3000", "10.77.0.22:3000 public ws2.example.com:8443") + FULL
    with solo.proxy(text.replace("global\n", "global\n    nbthread 2\n", 1)):
        yield solo


def test_each_counts_as_load_of_its_server(assigning):
    answers = [given(assigning) for _ in range(6)]
    assert sorted(answer["server"] for answer in answers) == ["a", "a", "b", "b", "c", "c"]
    assert {answer["address"] for answer in answers} == {
        "10.77.0.21:3000", "ws2.example.com:8443", "10.77.0.23:3000"}
    assert len({answer["token"] for answer in answers}) == 6
    assert all(answer["backend"] == "app" and answer["expires_in"] == 10 for answer in answers)


def test_who_shows_up_is_led_there(assigning):
    answer = given(assigning)
    for _ in range(3):  # once the token is used up the client is balanced like any other
        response = assigning.get("/whoami", f"Wslb-Assignment: {answer['token']}")
        assert response.status == 200
        if _ == 0:
            assert response.header("X-App") == answer["server"]
    answer = given(assigning)
    with_parameter = assigning.get(f"/whoami?x=1&wslb_assignment={answer['token']}")
    assert with_parameter.header("X-App") == answer["server"]
    assert assigning.get("/whoami", "Wslb-Assignment: nonsense").status == 200


def test_a_slot_is_held_until_its_time_has_passed(assigning):
    begin = time.monotonic()
    assert given(assigning, "/full")["server"] == "only"
    assert assigning.get("/full").status == 503  # after `timeout queue`
    wait_until(lambda: assigning.get("/full").status == 200, 3, "the slot is free again")
    assert time.monotonic() - begin >= 0.3


def test_an_assignment_survives_a_reload(solo):
    text = solo.configuration("    balance leastconn", frontend=RULES) + FULL
    with solo.proxy(text) as process:
        kept, gone = given(solo), given(solo)
        name = kept["server"]
        for app in solo.apps:
            if app.name == gone["server"]:
                text = text.replace(f"    server {app.name} {app.endpoint}", "")
        solo.reload(process, text)
        response = solo.get("/whoami", f"Wslb-Assignment: {kept['token']}")
        assert response.header("X-App") == name
        assert solo.get("/whoami", f"Wslb-Assignment: {gone['token']}").status == 200
