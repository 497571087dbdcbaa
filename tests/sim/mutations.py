#!/usr/bin/python3
"""Shows that the simulation finds bugs: puts each of these into a copy of the tree, builds the sim
there and tells after how many seeds it is found. Usage: mutations.py [SEEDS [NAME]]; exit status 1
if one is not found."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("base", "config", "vrrp", "agent", "proto", "proxy", "ctl", "cmake", "tests")

# name: (file, regular expression, replacement)
MUTATIONS = {
    "ignores priority 0": (
        "vrrp/router.cpp", r"timer_ = std::min\(\*timer_, now \+ skew\);", "(void)skew;(void)now;"),
    "skew in whole centiseconds": (
        "vrrp/timing.h", r"return \(256 - priority\) \* unit / 256;",
        "return (256 - priority) * unit / 256 / 10000000 * 10000000;"),
    "inverted tie-break": (
        "vrrp/router.cpp", r"advert\.source > config_\.primary_address",
        "advert.source < config_.primary_address"),
    "stall rule missing": (
        "vrrp/router.cpp", r"if \(now - last_advert_ > active_down\(\)\)",
        "if (false && now - last_advert_ > active_down())"),
    "does not answer a lower priority": (
        "vrrp/router.cpp", r"advertise\(now, effects\);\n(\s*)effects\.emplace_back\(RivalHeard",
        r"\1effects.emplace_back(RivalHeard"),
    "VIP not removed on stepping down": (
        "agent/core/section_router.cpp", r"effects\.emplace_back\(RemoveVips\{index_\}\);", ";"),
    "preempt off ignored": (
        "agent/core/section_router.cpp",
        r"return (\w+->|\w+\.)preempt\.enabled && now", "return now"),
    "timer not reset by a higher priority": (
        "vrrp/router.cpp", r"advert\.priority >= config_\.priority\)",
        "advert.priority == config_.priority)"),
    "replayed packets accepted": (
        "agent/core/authenticator.cpp", r"return Verdict::Replayed;", "return Verdict::Good;"),
    "the link's word does not count": (
        "agent/core/section_router.cpp", r"if \(!link_is_here_\) return \{\};", "return {};"),
    "the link's word counts beside packets": (
        "agent/core/section_router.cpp", r"if \(hears_packets\(",
        "if (false && hears_packets("),
    "a dead proxy is waited for too long": (
        "agent/core/succession.cpp", r"deadline_ = now \+ patience_;",
        "deadline_ = now + patience_ + std::chrono::milliseconds(1);"),
    "a dead proxy's connections end too early": (
        "agent/core/succession.cpp", r"deadline_ = now \+ patience_;",
        "deadline_ = now + patience_ / 2;"),
    "a dead proxy keeps the VIP": (
        "agent/core/succession.cpp", r"if \(stage_ == Stage::Ending\) return kept_ended\(\);",
        "if (stage_ == Stage::Ending) return Verdict::Wait;"),
    "outbidding never ends": (
        "agent/core/group.cpp", r"now >= \*outbidding_->until\) end_outbidding\(\);",
        "now >= *outbidding_->until) outbidding_->until.reset();"),
}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def build(tree, folder):
    if not (folder / "build.ninja").exists():
        run("cmake", "--preset", "release", "-S", str(tree), "-B", str(folder),
            "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", cwd=tree)
    built = run("ninja", "-C", str(folder), "sim")
    if built.returncode != 0:
        sys.exit("does not build:\n" + built.stdout[-3000:])


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    missed = 0
    with tempfile.TemporaryDirectory(prefix="wslb-mutations-") as name:
        tree, folder = pathlib.Path(name) / "tree", pathlib.Path(name) / "build"
        for each in FOLDERS:
            shutil.copytree(TREE / each, tree / each,
                            ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        for each in ("CMakeLists.txt", "CMakePresets.json"):
            shutil.copy(TREE / each, tree / each)
        for title, (path, pattern, replacement) in MUTATIONS.items():
            if wanted not in title:
                continue
            original = (tree / path).read_text()
            mutant, count = re.subn(pattern, replacement, original)
            if count == 0:
                sys.exit(f"{title}: {path} has no {pattern}")
            (tree / path).write_text(mutant)
            build(tree, folder)
            played = run(str(folder / "bin/sim"), "--seeds", str(seeds), "--starts", "0",
                         "--jobs", "1", "--kept", "/dev/null")
            found = re.search(r"^seed (\d+): (.*)$", played.stdout, re.M)
            print(f"{title}: " + (f"found by seed {found[1]}: {found[2]}" if found else
                                  f"NOT FOUND in {seeds} seeds"), flush=True)
            missed += found is None
            (tree / path).write_text(original)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
