"""The upgrade by upgrade.yml, one host after the other, under tunnels; and other packages."""
import pytest

from tests.lab.configuration import VIP

from . import image
from .conftest import TUNNELS


def test_a_rolling_upgrade_loses_no_tunnel(pair, upgraded):
    assert upgraded.run.good, upgraded.run.text[-4000:]
    assert not upgraded.outcome["lost"], (upgraded.outcome, pair.story())
    assert upgraded.outcome["tunnels"] == TUNNELS
    assert upgraded.moves <= 2
    print(upgraded.outcome, "moves:", upgraded.moves)


def test_everything_that_runs_is_of_the_new_package(pair, upgraded):
    for before, after in upgraded.programs:
        assert all(one != other for one, other in zip(before, after)), (before, after)
    for machine in pair:
        version = machine.run("dpkg-query", "--show", "--showformat=${Version}", "wslb").stdout
        assert version == image.version(pair.deb)
        for unit, pid in zip(("wslb-agent", "wslb-proxy"), pair.pids(machine)):
            assert machine.run("readlink", f"/proc/{pid}/exe").stdout == f"/usr/bin/{unit}\n"


@pytest.mark.long
def test_a_second_upgrade_changes_nothing(pair):
    run = pair.operator.play("upgrade", wslb_package=str(pair.deb))
    assert run.good and run.changed == 0, run.text[-4000:]


@pytest.mark.long
def test_a_version_that_refuses_the_configuration_is_not_installed(pair, tmp_path):
    broken = image.with_version(pair.deb, f"{image.version(pair.deb)}+broken", tmp_path, {
        "usr/bin/wslb-proxy": "#!/bin/sh\necho 'wslb.cfg:1: error: too old'; exit 1\n"})
    with pair.untouched(*pair):
        run = pair.operator.play("upgrade", wslb_package=str(broken))
    assert not run.good and "wslb.cfg:1: error: too old" in run.text
    # Without Ansible: the package is there, but the old programs serve on, and dpkg says why.
    backup = pair.other(pair.active())
    pids = pair.pids(backup)
    backup.write("/root/broken.deb", "")
    (backup.root / "root/broken.deb").write_bytes(broken.read_bytes())
    done = backup.run("dpkg", "-i", "/root/broken.deb", check=False)
    assert done.returncode != 0 and "the old programs serve on" in done.stderr
    assert pair.pids(backup) == pids
    pair.install(backup, pair.deb)


@pytest.mark.long
def test_remove_and_purge_and_what_an_installation_does_not_start(pair):
    backup = pair.other(pair.active())
    with pair.untouched(pair.active()):
        run = pair.operator.play("remove", "--limit", backup.name, wslb_purge=True)
        assert run.good, run.text[-4000:]
        for path in ("/etc/wslb", "/var/lib/wslb", "/run/wslb", "/usr/bin/wslbctl"):
            assert not (backup.root / path.lstrip("/")).exists(), path
        said = pair.install(backup, pair.deb)
        assert "there is no /etc/wslb/wslb.cfg yet" in said
        active = backup.run("systemctl", "is-active", "wslb-agent", "wslb-proxy", check=False)
        assert active.stdout == "inactive\ninactive\n"
        # The key comes from the host that has it.
        run = pair.operator.play("site")
        assert run.good, run.text[-4000:]
    pair.wait_well()


@pytest.mark.long
def test_removing_the_serving_host_moves_the_vip_at_once(pair):
    active = pair.active()
    run = pair.operator.play("remove", "--limit", active.name)
    assert run.good, run.text[-4000:]
    pair.wait_active(pair.other(active), timeout_s=1)
    assert pair.client.fetch(f"http://{VIP}/")
    assert (active.root / "etc/wslb/wslb.cfg").exists()
    pair.install(active, pair.deb)
