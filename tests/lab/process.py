"""A program that runs on a lab host, its log, and the ways in which it may end."""
import os
import pathlib
import re
import signal
import subprocess


class Process:
    """Started by Host.spawn(). stdout and stderr go to `log`; stdin and stdout may be pipes."""

    def __init__(self, name, command, log, pipes=False, environment=None):
        self.name = name
        self.log = pathlib.Path(log)
        self._log_file = open(self.log, "ab", buffering=0)
        self.popen = subprocess.Popen(
            command, stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipes else self._log_file, stderr=self._log_file,
            env={**os.environ, **(environment or {})}, start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def alive(self):
        return self.popen.poll() is None

    def text(self):
        return self.log.read_text(errors="replace")

    def catches(self, number):
        """Whether it has a handler for the signal, as proxies have when all their ports listen."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"SigCgt:\s+(\w+)", status)[1], 16) >> (number - 1) & 1 == 1

    def signal(self, number):
        """To the process alone: its children see it as they would see it on a real host."""
        if self.alive:
            os.kill(self.pid, number)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def stop(self, timeout_s=5):
        """A clean end: SIGTERM, then waiting. Returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout_s)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.popen.wait()  # without a timeout, with which it would look again and again
        return self.wait(0)

    def wait(self, timeout_s):
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.name} (pid {self.pid}) did not end in {timeout_s} s:\n"
                               + self.text()[-2000:]) from None
        finally:
            if not self.alive:
                self._log_file.close()

    def dispose(self):
        """Ends it in whatever state it is, without waiting for its good will."""
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
        self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout, self._log_file):
            if stream and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
