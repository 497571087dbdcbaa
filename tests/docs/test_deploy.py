"""What docs/deploy.md tells an operator to write and to run is there."""
import re

from .messages import ROOT

GUIDE = (ROOT / "docs" / "deploy.md").read_text()


def test_the_configuration_is_that_of_the_example():
    example = (ROOT / "docs" / "examples" / "minimal.cfg").read_text()
    assert re.search(r"```\n(cluster .*?)```", GUIDE, re.DOTALL)[1] == example.split("\n\n", 1)[1]


def test_every_file_that_is_copied_exists():
    copied = re.findall(r"^    cp (?:-r )?([\w/.-]+) my-pair", GUIDE, re.MULTILINE)
    assert len(copied) >= 2
    for name in copied:
        assert (ROOT / name).exists(), name


def test_every_variable_of_the_role():
    defaults = (ROOT / "ansible/roles/wslb/defaults/main.yml").read_text()
    for name in re.findall(r"^(wslb_\w+):", defaults, re.MULTILINE):
        assert f"`{name}`" in GUIDE or f"{name}=" in GUIDE, name
