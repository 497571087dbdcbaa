"""Time in the lab: ms of the monotonic clock, which all processes of the machine share."""
import datetime
import time


def now_ms():
    return time.monotonic_ns() / 1e6


def from_iso8601(text):
    """An event's wall clock time as a monotonic one (good as long as nobody sets the clock)."""
    at = datetime.datetime.fromisoformat(text).timestamp() * 1000
    return at - (time.time_ns() / 1e6 - now_ms())


def wait_until(condition, timeout_s, what, interval_s=0.01):
    """Polls `condition` and returns its first true value; a timeout names what was awaited."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s} s for: {what}")
        time.sleep(interval_s)
