"""What stops a playbook must stop it before it harms the host that serves."""
import re

import pytest

from . import image

pytestmark = pytest.mark.long
OTHER_KEY = "A" * 43 + "=\n"


def changed(pair, text="timeout connect 1800ms"):
    """The configuration with another line."""
    config = (pair.operator.directory / "wslb.cfg").read_text()
    return config, re.sub(r"timeout connect \w+", text, config, count=1)


def refused(pair, playbook="site", config=None, **variables):
    """Runs it with that configuration, and returns what it said. Both hosts are as before."""
    before = (pair.operator.directory / "wslb.cfg").read_text()
    pair.operator.write_config(config or before)
    try:
        with pair.untouched(*pair):
            run = pair.operator.play(playbook, **variables)
    finally:
        pair.operator.write_config(before)
    assert not run.good, run.text[-4000:]
    return run.text


def test_a_wrong_key_on_one_host(pair):
    backup = pair.other(pair.active())
    key = backup.run("cat", "/etc/wslb/cluster.key").stdout
    backup.write("/etc/wslb/cluster.key", OTHER_KEY, mode=0o400)
    said = refused(pair, config=changed(pair)[1])
    backup.write("/etc/wslb/cluster.key", key, mode=0o400)
    assert "the hosts have different keys" in said and key.strip() not in said


def test_a_key_that_no_host_knows(pair):
    said = refused(pair, wslb_cluster_key=OTHER_KEY)
    assert "has no key in common" in said


@pytest.mark.parametrize("line, complaint", {
    "timeout conect 1s": "did you mean",
    "default-server ssl crt /nowhere.pem verify none": "nowhere.pem",
}.items())
def test_an_error_in_the_configuration(pair, line, complaint):
    assert complaint in refused(pair, config=changed(pair, line)[1])


def test_a_host_that_is_no_node(pair):
    config = changed(pair)[0].replace("node lb2", "node lb3")
    assert "is no node of cluster" in refused(pair, config=config).replace("\\n", " ")


def test_an_address_that_cannot_be_bound(pair):
    """It checks, but cannot be put into use: the host takes its configuration of before back."""
    config = changed(pair)[0].replace("frontend web", "frontend ssh\n    bind :22\n"
                                      "    default_backend app\n\nfrontend web")
    assert "the one of before is back" in refused(pair, config=config)
    for machine in pair:
        assert "bind :22" not in machine.run("cat", "/etc/wslb/wslb.cfg").stdout


def test_a_host_that_cannot_be_reached(pair):
    backup = pair.other(pair.active())
    backup.host.cut()
    try:
        said = refused(pair, config=changed(pair)[1])
    finally:
        backup.host.mend()
    assert "UNREACHABLE" in said


@pytest.mark.parametrize("playbook", ["site", "upgrade"])
@pytest.mark.parametrize("room_wanted", [100, 0])
def test_a_full_disk(pair, playbook, room_wanted, tmp_path):
    """Seen before anything is begun; and not seen, so that a file cannot be written."""
    backup = pair.other(pair.active())
    newer = image.with_version(pair.deb, f"{image.version(pair.deb)}+newer", tmp_path)
    config = backup.run("cat", "/etc/wslb/wslb.cfg").stdout
    backup.run("sh", "-c", "cat /dev/zero > /var/tmp/all; :", check=False)
    try:
        said = refused(pair, playbook, config=changed(pair)[1], wslb_space_mb=room_wanted,
                       wslb_package=str(newer))
    finally:
        backup.run("rm", "/var/tmp/all")
    if room_wanted:
        assert "MB of room" in said or "No space left" in said
    assert backup.run("cat", "/etc/wslb/wslb.cfg").stdout == config
