"""What the programs say when something is wrong, out of their sources: log lines of level warning
or worse, and alarms. `{...}` and whatever is put together at run time is an ellipsis."""
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
LOG_CALL = re.compile(r"spdlog::(?:warn|error|critical)\(")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _arguments(text, begin):
    """From behind the opening parenthesis to the closing one."""
    depth, at, quoted = 1, begin, False
    while depth:
        if text[at] == "\\":
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[begin:at - 1]


def _message(arguments):
    """Literals side by side are one; what stands between others is only known at run time."""
    joined = re.sub(r'"\s*"', "", arguments)
    pieces = [re.sub(r"\{[^}]*\}", "…", piece) for piece in LITERAL.findall(joined)]
    text = "…".join(pieces).replace('\\"', '"').replace("\\n", " ")
    return re.sub(r"(… ?)+…", "…", text).strip()


def log_lines():
    """{message: "file:line"}"""
    found = {}
    for folder in ("agent", "proxy"):
        for path in sorted((ROOT / folder).rglob("*.cpp")):
            text = path.read_text()
            for call in LOG_CALL.finditer(text):
                arguments = _arguments(text, call.end())
                first = re.match(r'\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', arguments)
                message = _message(first[1] if first else arguments)
                line = text.count("\n", 0, call.start()) + 1
                found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    return found


# The files where the texts of alarms, and of a section's events, are made.
ALARM_FILES = ("agent/core/advert_gate.cpp", "agent/core/section_router.cpp",
               "agent/core/section.cpp", "agent/core/facts.cpp", "agent/section_port.cpp",
               "agent/claim_watch.cpp", "agent/status_report.cpp", "view/verdict.cpp")


def alarms():
    """{piece of a text: "file:line"}: each literal of more than one word."""
    found = {}
    for name in ALARM_FILES:
        text = re.sub(r"^\s*(#include|//).*$", "", (ROOT / name).read_text(), flags=re.MULTILINE)
        joined = re.sub(r'"\s*"', "", text)
        for literal in LITERAL.findall(joined):
            words = literal.strip(" ;:,.")
            if len(words) >= 12 and " " in words:
                found.setdefault(words, name)
    return found
