"""wslb from an apt source, a signed one of which the hosts know nothing but the key."""
import pathlib
import shutil
import subprocess

import pytest

from tests.lab.program import PYTHON
from . import image

pytestmark = pytest.mark.long

PORT = 8001


class Source:
    """A flat archive on the client host."""

    def __init__(self, pair):
        self.directory = pair.operator.directory / "apt"
        self.directory.mkdir()
        self.key = pair.operator.directory / "apt-key.asc"
        self._home = pair.operator.directory / "gnupg"
        self._home.mkdir(mode=0o700)
        self._gpg("--quick-generate-key", "--passphrase", "", "wslb tests", "ed25519", "sign")
        self.key.write_text(self._gpg("--armor", "--export"))
        pair.client.spawn(PYTHON, "-m", "http.server", "--directory", self.directory, PORT,
                          name="apt-source")
        pair.client.wait_listening(PORT)
        self.line = ("deb [signed-by=/etc/apt/keyrings/wslb.asc] "
                     f"http://{pair.client.address}:{PORT}/ ./")

    def _gpg(self, *arguments):
        done = subprocess.run(["gpg", "--homedir", self._home, "--batch", "--yes", *arguments],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add(self, deb):
        shutil.copy(deb, self.directory / pathlib.Path(deb).name)
        image.index(self.directory)
        release = subprocess.run(["apt-ftparchive", "release", "."], cwd=self.directory,
                                 capture_output=True, text=True, check=True).stdout
        (self.directory / "Release").write_text(release)
        self._gpg("--clearsign", "--output", str(self.directory / "InRelease"),
                  str(self.directory / "Release"))

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self._home, "--kill", "all"], check=False)


@pytest.fixture
def source(pair):
    made = Source(pair)
    yield made
    made.close()
    for machine in pair:
        machine.run("rm", "-f", "/etc/apt/sources.list.d/wslb.list", "/etc/apt/keyrings/wslb.asc")
        pair.install(machine, pair.deb)


def version_on(machine):
    return machine.run("dpkg-query", "--show", "--showformat=${Version}", "wslb").stdout


def test_installed_and_upgraded_from_an_apt_source(pair, source, tmp_path):
    backup = pair.other(pair.active())
    apt = {"wslb_package": "", "wslb_apt_source": source.line, "wslb_apt_key": str(source.key)}
    source.add(pair.deb)
    with pair.untouched(pair.active()):
        run = pair.operator.play("remove", "--limit", backup.name, wslb_purge=True)
        assert run.good, run.text[-4000:]
        run = pair.operator.play("site", **apt)
        assert run.good, run.text[-4000:]
    assert version_on(backup) == image.version(pair.deb)
    again = pair.operator.play("site", **apt)
    assert again.good and again.changed == 0, again.text[-4000:]
    newer = f"{image.version(pair.deb)}+newer"
    source.add(image.with_version(pair.deb, newer, tmp_path))
    flow = pair.flow(20)
    run = pair.operator.play("upgrade", **apt)
    assert run.good, run.text[-4000:]
    outcome = flow.end()
    assert not outcome["lost"], outcome
    assert {version_on(machine) for machine in pair} == {newer}
    # What was not asked for does not come.
    run = pair.operator.play("upgrade", **apt, wslb_version="9.9")
    assert not run.good and "9.9" in run.text
