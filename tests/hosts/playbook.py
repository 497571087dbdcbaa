"""The operator: runs the playbooks of ansible/ from the lab's client host, over ssh."""
import json
import os
import re
import subprocess
from typing import NamedTuple

from tests.lab.program import ROOT

ANSIBLE = ROOT / "ansible"
SSH = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"


class Run(NamedTuple):
    code: int
    text: str
    recap: dict  # {"lb1": {"ok": 12, "changed": 0, "failed": 0, "unreachable": 0, ...}}

    @property
    def good(self):
        return self.code == 0

    @property
    def changed(self):
        return sum(host["changed"] for host in self.recap.values())


class Operator:
    def __init__(self, host, directory):
        self.host = host
        self.directory = directory
        directory.mkdir()
        self.key = directory / "id"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        self.public_key = (directory / "id.pub").read_text()

    def write_inventory(self, machines, **variables):
        hosts = {machine.name: {"ansible_host": machine.address} for machine in machines}
        inventory = {"wslb": {"hosts": hosts, "vars": {
            "ansible_user": "root", "ansible_ssh_private_key_file": str(self.key),
            "ansible_ssh_common_args": f"{SSH} -o ControlPath={self.directory}/%C",
            "wslb_config": str(self.directory / "wslb.cfg"), **variables}}}
        # YAML is a superset of JSON.
        (self.directory / "inventory.yml").write_text(json.dumps(inventory, indent=1))

    def write_config(self, text):
        (self.directory / "wslb.cfg").write_text(text)

    def play(self, playbook, *arguments, timeout_s=600, **variables):
        """`variables` are set on the command line; returns what became of it."""
        command = ["ansible-playbook", "-i", self.directory / "inventory.yml",
                   ANSIBLE / f"{playbook}.yml", *arguments]
        if variables:
            command += ["-e", json.dumps(variables)]
        log = self.directory / f"{playbook}.log"
        with open(log, "w") as output:
            done = subprocess.run(
                self.host.command(*command), stdout=output, stderr=subprocess.STDOUT, check=False,
                timeout=timeout_s, cwd=ANSIBLE, stdin=subprocess.DEVNULL,
                env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0",
                     "LC_ALL": "C.UTF-8", "HOME": str(self.directory)})
        text = log.read_text()
        recap = {name: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", rest)}
                 for name, rest in re.findall(r"^(\w+)\s+: (ok=.*)$", text, re.MULTILINE)}
        return Run(done.returncode, text, recap)
