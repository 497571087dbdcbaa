"""How an outage is computed: the definition that all figures rest on."""
from .attempt import RUN_MS, Attempt, find_outage


def good(start, took=2.0):
    return Attempt(start, start + took, "200", "app1")


def failed(start, result="timeout", took=1000.0):
    return Attempt(start, start + took, result, "")


def series(begin, end, make=good):
    return [make(float(at)) for at in range(begin, end, 5)]


def test_no_failure_is_no_outage():
    outage = find_outage(series(0, 2000), 1000)
    assert (outage.served_after, outage.failed) == (0.0, 0)


def test_outage_lasts_from_the_fault_to_the_first_good_answer():
    outage = find_outage(series(0, 1000) + series(1000, 1300, failed) + series(1300, 2000), 998)
    assert outage.first_bad == 1000
    assert outage.served_again == 1302
    assert outage.served_after == 304
    assert outage.results == {"timeout": 60}


def test_answer_that_waited_through_the_outage_does_not_shorten_it():
    waited = [Attempt(1000.0 + at, 1300.0, "200", "") for at in range(0, 300, 5)]
    outage = find_outage(series(0, 1000) + waited + series(1300, 2000), 1000)
    assert outage.served_again == 1300
    assert outage.results == {"slow": 40}


def test_flapping_service_is_not_back():
    flaps = [failed(1000.0), *series(1005, 1100), failed(1100.0, "refused", 1.0)]
    outage = find_outage(series(0, 1000) + flaps + series(1105, 2000), 1000)
    assert outage.served_again == 1107
    assert outage.results == {"timeout": 1, "refused": 1}


def test_failure_after_the_run_is_told_apart():
    attempts = [failed(1000.0), *series(1005, 1010 + RUN_MS), failed(1300.0, "reset", 1.0)]
    outage = find_outage(attempts, 1000)
    assert outage.served_after == 7
    assert outage.late_failures == 1


def test_not_over_yet():
    assert find_outage(series(0, 1000) + series(1000, 1300, failed), 1000) is None


def test_trouble_before_the_fault_does_not_end_the_outage():
    attempts = [failed(300.0), *series(305, 1000), *series(1000, 1200, failed),
                *series(1200, 2000)]
    assert find_outage(attempts, 1000).served_after == 202


def test_attempt_in_flight_at_the_fault_counts():
    outage = find_outage([Attempt(997.0, 1001.0, "reset", ""), *series(1005, 2000)], 1000)
    assert outage.first_bad == 997
    assert outage.served_after == 7


def test_slow_attempt_before_the_fault_does_not_end_the_outage():
    slow = Attempt(990.0, 1095.0, "200", "")
    in_flight = [Attempt(990.0 + n / 10, 1001.0, "200", "") for n in range(1, 99)]
    attempts = [slow, *in_flight, *series(1005, 1030, failed), *series(1030, 2000)]
    assert find_outage(attempts, 1000).served_after == 32
