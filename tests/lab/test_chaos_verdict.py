"""When chaos says that a session was lost, and when it had to be."""
from tests.chaos.verdict import Death, Window, differences, judge

from .sessions import Use

LB1, LB2 = "10.77.0.11", "10.77.0.12"
CUT = [Window(1000, 2000)]


def use(done, app, via=LB1, kind="use"):
    return Use(kind, "room", done - 2, done, app, via)


def judged(uses, windows=(), deaths=()):
    verdict = judge(uses, list(windows), list(deaths))
    return len(verdict.lost), dict(verdict.by_design)


def test_the_same_server_is_no_loss():
    assert judged([use(10, "app1"), use(500, "app1", LB2), use(900, "app1")]) == (0, {})


def test_another_server_is_one():
    assert judged([use(10, "app1"), use(500, "app2", LB2)]) == (1, {})


def test_after_a_loss_the_new_server_counts():
    assert judged([use(10, "app1"), use(500, "app2"), use(900, "app2")]) == (1, {})


def test_what_was_made_while_the_link_was_cut_is_not_known_elsewhere():
    assert judged([use(1500, "app1"), use(1800, "app2", LB2)], CUT) == (0, {"cut off": 1})


def test_the_same_proxy_has_no_such_excuse():
    assert judged([use(1500, "app1"), use(1800, "app2")], CUT) == (1, {})
    died = [Death(1700, LB1, False)]
    assert judged([use(1500, "app1"), use(1800, "app2")], CUT, died) == (0, {"cut off": 1})


def test_nor_has_who_comes_when_the_hosts_can_talk_again():
    assert judged([use(1500, "app1"), use(2500, "app2", LB2)], CUT) == (1, {})


def test_unless_all_who_knew_have_died():
    died = [Death(1600, LB1, True)]
    assert judged([use(1500, "app1"), use(2500, "app2", LB2)], CUT, died) == (0, {"both died": 1})
    assert judged([use(1700, "app1"), use(2500, "app2", LB2)], CUT, died) == (1, {})
    assert judged([use(1500, "app1"), use(2500, "app2", LB2)], CUT,
                  [Death(1600, LB2, True)]) == (1, {})


def test_who_comes_back_to_a_host_that_had_written_it_down_finds_it():
    died = [Death(1700, LB1, True, written=True)]
    assert judged([use(1500, "app1"), use(2500, "app2", LB2)], CUT, died) == (0, {"both died": 1})
    assert judged([use(1500, "app1"), use(2500, "app2")], CUT, died) == (1, {})


def test_a_session_that_is_older_than_the_bound_is_kept():
    died = [Death(1000, LB1, True)]
    young = judge([use(950, "app1"), use(1500, "app2", LB2)], CUT, died)
    assert dict(young.by_design) == {"both died": 1} and young.oldest_ms == 50
    assert judged([use(890, "app1"), use(1500, "app2", LB2)], CUT, died) == (1, {})


def test_a_proxy_that_dies_at_once_may_not_have_told_its_agent():
    uses = [use(1010, "app1"), use(2500, "app2", LB2)]
    assert judged(uses, CUT, [Death(1100, LB1, False)]) == (0, {"died young": 1})
    assert judged(uses, CUT, [Death(1300, LB1, False)]) == (1, {})
    assert judged(uses, CUT, [Death(1300, LB1, False, "proxy", 1020)]) == (0, {"died young": 1})
    assert judged(uses, CUT, [Death(1100, LB1, False, "agent")]) == (1, {})


def test_a_request_without_an_answer_may_have_moved_it():
    fail = Use("fail", "room", 1600, 1700)
    uses = [use(1500, "app1"), fail, use(2500, "app2")]
    assert judged(uses, CUT) == (0, {"unanswered": 1})
    assert judged(uses) == (1, {})


def test_tunnels_count_as_requests_and_their_ends_do_not():
    uses = [use(10, "app1", kind="open"), Use("lost", "room", 300, 310), use(400, "app2")]
    assert judged(uses) == (1, {})


def test_differences_of_two_tables():
    assert differences([{"a": "x", "b": "x"}, {"b": "y", "c": "y"}]) == (["a", "c"], ["b"])
