"""A terminal with a program on it."""
import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios

from .clock import now_ms, wait_until
from .wslb import SANITIZERS, binary


class Screen:
    """wslbctl of that host, on a terminal of that size."""

    def __init__(self, wslb, *words, columns=80, lines=24, environment=None):
        self.master, self.slave = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.slave)
        command = wslb.host.command(binary("wslbctl"), "--run-dir", wslb.run_dir, *words)
        self.process = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave,
            start_new_session=True,
            env={**os.environ, **SANITIZERS, "NO_COLOR": "", **(environment or {})})
        self.text = ""

    def resize(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds=0.05):
        while select.select([self.master], [], [], seconds)[0]:
            with contextlib.suppress(OSError):
                self.text += os.read(self.master, 65536).decode(errors="replace")
                continue
            return

    def wait_for(self, words, timeout_s=5):
        def seen():
            self.read()
            return words in self.text
        wait_until(seen, timeout_s, f"{words!r} on the screen: {self.text[-2000:]!r}")

    def frames(self):
        return self.text.split("\x1b[H")[1:]

    def wait_frames(self, count, timeout_s=10):
        def seen():
            self.read()
            return len(self.frames()) >= count
        wait_until(seen, timeout_s, f"{count} frames")

    def type(self, keys):
        os.write(self.master, keys)

    def end(self, timeout_s=3):
        """Its exit status; None: it goes on."""
        begin = now_ms()
        while self.process.poll() is None and now_ms() - begin < timeout_s * 1000:
            self.read()
        self.read()
        return self.process.poll()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)
