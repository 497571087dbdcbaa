"""Headless Chromium on a lab host: the page as a person has it."""
import pathlib
import shutil
import tempfile

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
         "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--disable-extensions")


def available():
    return shutil.which("chromium") is not None


class Browser:
    """Runs inside a host's network."""

    def __init__(self, host):
        self.host = host

    def _run(self, *arguments, timeout_s=60):
        with tempfile.TemporaryDirectory() as home:
            return self.host.run("chromium", *FLAGS, f"--user-data-dir={home}", *arguments,
                                 timeout_s=timeout_s)

    def dom(self, url, *flags, after_ms=0):
        """The document after its scripts have run for that long."""
        budget = [f"--virtual-time-budget={after_ms}"] if after_ms else []
        return self._run(*flags, *budget, "--dump-dom", url).stdout

    def shoot(self, url, path, width=1040, height=1200, flags=()):
        self._run(*flags, f"--screenshot={path}", f"--window-size={width},{height}",
                  "--force-device-scale-factor=1", url)
        assert pathlib.Path(path).stat().st_size > 0
