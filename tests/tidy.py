#!/usr/bin/python3
"""Checks of the source tree that a compiler does not make: who includes whom, purity, lengths.

Strict from the first day and without exceptions, so that the tree stays readable:
arrows and purity of ARCHITECTURE.md, files of at most 300 lines (tests 500), functions of at
most 60, lines of at most 100 columns, no file named after nothing in particular.
"""
import pathlib
import re
import subprocess
import sys

FILE_LINES_MAX = 300
TEST_FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100

# What each folder may include besides itself. Most specific folder first.
ARROWS = {
    "agent/core": {"base", "vrrp", "config"},
    "agent/peers": {"base"},
    "agent/sticky": {"base"},
    "proxy/http": {"base", "config"},
    "proxy/lb": {"base", "config"},
    "proxy/stick": {"base", "config"},
    "ctl/doctor": {"base", "config", "vrrp"},
    "ctl/migration": {"base", "config"},
    "base": set(),
    "vrrp": {"base"},
    "config": {"base"},
    "view": {"base", "proto"},
    "daemon": {"base"},
    "agent": {"base", "daemon", "vrrp", "config", "proto", "agent/core", "agent/peers",
              "agent/sticky", "view"},
    "proxy": {"base", "daemon", "config", "proto", "proxy/http", "proxy/lb", "proxy/stick"},
    "ctl": {"base", "config", "proto", "ctl/doctor", "ctl/migration", "view"},
}
PURE = {"base", "config", "vrrp", "agent/core", "agent/peers", "agent/sticky", "proxy/http",
        "proxy/lb", "proxy/stick", "ctl/doctor",
        "ctl/migration"}
IMPURE = re.compile(
    r"boost/asio|netlink/|spdlog|\.pb\.h|<sys/|<thread>|<mutex>|<atomic>|<fstream>|<iostream>|"
    r"<unistd\.h>|<fcntl\.h>|::now\(\)|random_device|\bsocket\(|\bgetenv\(|\btime\("
)
VAGUE_NAMES = {"util", "utils", "manager", "helper", "helpers", "common", "misc", "impl"}


def folder_of(path, folders=ARROWS):
    return next((f for f in folders if str(path).startswith(f + "/")), None)


def tracked(*patterns):
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        capture_output=True, text=True, check=True).stdout.split()
    return [pathlib.Path(name) for name in listing if pathlib.Path(name).is_file()]


def check_arrows(path, lines):
    folder = folder_of(path)
    if folder is None:
        return
    for number, line in enumerate(lines, 1):
        include = re.match(r'#include "([^"]+)"', line)
        if include:
            target = include.group(1)
            target_folder = "proto" if target.startswith("proto/") else folder_of(target)
            if target_folder not in ARROWS[folder] | {folder}:
                yield f"{path}:{number}: {folder} may not include {target}"
        if folder in PURE and IMPURE.search(line.split("//")[0]):
            yield f"{path}:{number}: {folder} is pure: {line.strip()}"


def check_lengths(path, lines):
    limit = TEST_FILE_LINES_MAX if str(path).startswith("tests/") else FILE_LINES_MAX
    if len(lines) > limit:
        yield f"{path}: {len(lines)} lines, at most {limit}"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            yield f"{path}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"


def check_function_length(path, first, last):
    if last - first > FUNCTION_LINES_MAX:
        yield f"{path}:{first}: function of {last - first} lines, at most {FUNCTION_LINES_MAX}"


def check_cpp_functions(path, lines):
    """clang-format puts a function's closing brace into the column where its first line begins."""
    opened = {}
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        if line.rstrip().endswith("{") and indent in (0, 2):
            opened[indent] = (number, line)
        if line.strip() in ("}", "};") and indent in opened:
            first, text = opened.pop(indent)
            # A declaration that spans lines begins above its brace.
            is_scope = re.match(r"\s*(class|struct|enum|namespace|union|extern)\b", text)
            if "(" in "".join(lines[max(0, first - 4):first]) and not is_scope:
                yield from check_function_length(path, first, number)


def check_python_functions(path, lines):
    start, indent = None, 0
    for number, line in enumerate([*lines, "end"], 1):
        depth = len(line) - len(line.lstrip())
        if start and line.strip() and depth <= indent:
            yield from check_function_length(path, start, number - 1)
            start = None
        if re.match(r"\s*(async )?def ", line) and start is None:
            start, indent = number, depth


def main():
    sources = tracked("*.cpp", "*.h", "*.py", "*.proto")
    findings = []
    for path in sources:
        lines = path.read_text().splitlines()
        findings += check_lengths(path, lines)
        if path.suffix in (".cpp", ".h"):
            findings += check_arrows(path, lines)
            findings += check_cpp_functions(path, lines)
        if path.suffix == ".py":
            findings += check_python_functions(path, lines)
        if VAGUE_NAMES & set(re.split(r"[_/.]", str(path))):
            findings.append(f"{path}: name the file after its one noun")
    print(*findings, sep="\n", end="\n" if findings else "")
    print(f"{len(sources)} files checked, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
