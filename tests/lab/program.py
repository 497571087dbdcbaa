"""How the lab starts its own Python programs (prober, watcher, app) on a host."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"  # Debian's, whatever else the PATH holds


def spawn_module(host, module, *arguments, name=None):
    """Runs tests.lab.MODULE on the host; its log is its output."""
    return host.spawn(PYTHON, "-m", f"tests.lab.{module}", *arguments, name=name or module,
                      environment={"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"})


class Lines:
    """Reads a growing log; each call gives the complete lines that are new."""

    def __init__(self, path):
        self._path = path
        self._offset = 0

    def new(self):
        with open(self._path, "rb") as log:
            log.seek(self._offset)
            data = log.read()
        end = data.rfind(b"\n") + 1
        self._offset += end
        return data[:end].decode(errors="replace").splitlines()
