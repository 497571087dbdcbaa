"""The manual pages: without a warning, known to apropos, and complete by the programs' own usage
and the grammar's tables."""
import re
import shutil
import subprocess

import pytest

from .messages import ROOT

MAN = ROOT / "docs" / "man"
PAGES = sorted(MAN.glob("*.[1-8]"))


def rendered(page):
    """As it is shown, in one paragraph."""
    done = subprocess.run(["man", "--warnings=w", "--encoding=UTF-8", "--local-file", page],
                          capture_output=True, text=True, check=True,
                          env={"MANWIDTH": "200", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                               "MAN_KEEP_FORMATTING": ""})
    assert not done.stderr, done.stderr
    return re.sub(r"\s+", " ", re.sub(r".\x08", "", done.stdout).replace("‐", "-"))


def test_the_pages_are_there():
    assert [page.name for page in PAGES] == ["wslb-agent.8", "wslb-proxy.8", "wslb.cfg.5",
                                             "wslbctl.1"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_without_warnings_and_with_a_whatis(page):
    assert page.stem in rendered(page)
    done = subprocess.run(["lexgrog", page], capture_output=True, text=True, check=True)
    assert f'"{page.stem} - ' in done.stdout
    if shutil.which("mandoc"):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                              capture_output=True, text=True, check=False).stdout
        # The date is left out: the page is that of the package it came with.
        assert not [line for line in lint.splitlines() if "missing date" not in line], lint


def commands():
    """{name: its lines of usage} out of wslbctl's table."""
    text = (ROOT / "ctl" / "command_table.cpp").read_text()
    rows = re.findall(r'^    \{"([a-z]+)",((?:\s*"(?:[^"\\]|\\.)*")+)', text, re.MULTILINE)
    return {name: "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', usage)) for name, usage in rows}


def test_every_command_of_wslbctl():
    page = rendered(MAN / "wslbctl.1")
    assert len(commands()) > 15
    assert not [command for command in commands() if f" {command}" not in page]
    options = {option for usage in commands().values()
               for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", usage)}
    assert not [option for option in options if option not in page]


def test_every_command_in_the_guide_and_the_completion():
    guide = (ROOT / "docs" / "wslbctl.md").read_text()
    assert not [command for command in commands() if not re.search(rf"`{command}\b", guide)]
    completion = (ROOT / "packaging" / "wslbctl.bash").read_text()
    offered = re.search(r"commands='([^']*)'", completion)[1].split()
    assert sorted(offered) == sorted(commands())


@pytest.mark.parametrize("program, source", [("wslb-agent", "agent/options.cpp"),
                                             ("wslb-proxy", "proxy/options.cpp")])
def test_every_option(program, source):
    page = rendered(MAN / f"{program}.8")
    text = (ROOT / source).read_text()
    usage = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text[text.index("usage: " + program) - 1:]
                               .split(";")[0]))
    options = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w.-]*", usage))
    assert len(options) > 4
    assert not [option for option in options if option not in page]


@pytest.mark.parametrize("source", ["cluster_section", "vrrp_wire_keywords",
                                    "vrrp_policy_keywords"])
def test_every_keyword_of_ours(source):
    page = rendered(MAN / "wslb.cfg.5")
    rows = re.findall(r'^    \{"([a-z -]+)", "', (ROOT / f"config/{source}.cpp").read_text(),
                      re.MULTILINE)
    assert len(rows) > 6
    assert not [row for row in rows if row not in page]
