"""`wslbctl doctor` on a lab host."""
import json

from .clock import wait_until

# Of the machine that the lab runs on, not of its hosts.
NOT_THE_LABS = {"clock", "no-key", "no-real-time", "conntrack", "open-files", "cloud-init"}


class Doctor:
    def __init__(self, pair, host):
        self.wslb, self.host = pair[host], host
        self.code = None
        self.unchecked = []

    def everything(self, *words, under=()):
        """All findings for a configuration, by default the one that the agent has. `under`: a
        command that runs wslbctl."""
        run = self.wslb.ctl if not under else lambda *line, check: self.host.run(
            *under, self.wslb.program, "--run-dir", self.wslb.run_dir, *line, check=check)
        done = run("--json", "doctor", *(words or [self.wslb.file]), check=False)
        assert done.stdout, done.stderr
        self.code = done.returncode
        report = json.loads(done.stdout)
        self.unchecked = report["unchecked"]
        return report["findings"]

    def findings(self, *words):
        return [one for one in self.everything(*words) if one["id"] not in NOT_THE_LABS]

    def ids(self, *words):
        """But for the agent's alarms, which stay for a while after their cause is gone."""
        return [one["id"] for one in self.findings(*words) if one["id"] != "alarm"]

    def wait(self, expected, timeout_s=10):
        """Until these and no others are found."""
        wait_until(lambda: self.ids() == expected, timeout_s, f"{expected}, is {self.findings()}",
                   0.1)

    def rewritten(self, *changes):
        """The configuration with texts replaced, in another file: what doctor says of it is about
        the host alone."""
        text = self.wslb.file.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = self.host.directory / "other.cfg"
        path.write_text(text)
        return path


def sysctl(host, name, value):
    """Returns what it was."""
    before = host.run("sysctl", "-n", name).stdout.strip()
    host.run("sysctl", "-qw", f"{name}={value}")
    return before
