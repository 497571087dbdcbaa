"""wslb's three programs on a lab host."""
import json
import os
import pathlib

from .clock import from_iso8601
from .program import ROOT

SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
              "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99"}
CONFESSIONS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:",
               "Assertion `", "terminate called")


def binary(name):
    """From the directory WSLB_BIN, else build/bin."""
    path = pathlib.Path(os.environ.get("WSLB_BIN") or ROOT / "build" / "bin") / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: build it (./dev build), or set WSLB_BIN")
    return path


class Wslb:
    """`wslb-agent` and `wslb-proxy` of one host, with one configuration file."""

    def __init__(self, host, text):
        self.host = host
        self.file = host.directory / "wslb.cfg"
        self.file.write_text(text)
        self.run_dir = host.directory / "run"
        self.agent = None
        self.proxy = None

    def start(self):
        if not self.agent_runs:
            self.start_agent()
        if not self.proxy_runs:
            self.start_proxy()

    @property
    def agent_runs(self):
        return self.agent is not None and self.agent.alive

    @property
    def proxy_runs(self):
        return self.proxy is not None and self.proxy.alive

    def start_agent(self, *under, program=None):
        """`under`: a command that starts it, as prlimit; `program`: another than the one built."""
        self.run_dir.mkdir(exist_ok=True)
        self.agent = self.host.spawn(*under, program or binary("wslb-agent"), "-f", self.file, "-n",
                                     self.host.name, "--run-dir", self.run_dir, name="wslb-agent",
                                     environment=SANITIZERS)
        return self.agent

    def start_proxy(self):
        self.proxy = self.host.spawn(binary("wslb-proxy"), "-f", self.file, "-db", "--agent",
                                     self.run_dir / "agent.sock", environment=SANITIZERS)
        return self.proxy

    program = property(lambda self: binary("wslbctl"))

    def ctl(self, *arguments, check=True):
        return self.host.run(binary("wslbctl"), "--run-dir", self.run_dir, *arguments,
                             check=check, env={**os.environ, **SANITIZERS})

    def status(self):
        """The JSON of `wslbctl status`, None while the agent cannot be reached."""
        done = self.ctl("--json", "status", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def vrrp(self):
        """State of the first vrrp section, e.g. "active"; "unreachable" without an agent."""
        status = self.status()
        return status["vrrp"][0]["state"] if status else "unreachable"

    def proxy_state(self):
        status = self.status()
        return status["proxy"]["state"] if status else "unreachable"

    def events(self):
        """The agent's events as (monotonic ms, kind, "subject: text"); needs a running agent."""
        done = self.ctl("--json", "events", check=False)
        events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return [(from_iso8601(event["time"]), event["kind"], f"{event['subject']}: {event['text']}")
                for event in events]

    def confessions(self):
        """Lines in the logs that say that a program is broken, whatever its exit code."""
        return [f"{log.name}: {line}" for log in sorted(self.host.directory.glob("wslb*.log"))
                for line in log.read_text(errors="replace").splitlines()
                if any(word in line for word in CONFESSIONS)]
