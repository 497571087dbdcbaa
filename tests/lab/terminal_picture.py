"""A terminal's text, colours and all, as a picture: by way of HTML and a browser."""
import html
import re
import tempfile

COLOURS = {"1": "font-weight:700", "31": "color:#ff6b6b", "32": "color:#5ad17f",
           "33": "color:#e2b13a"}
SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")
CHARACTER = (8.43, 19)  # of 14 px DejaVu Sans Mono, line by line
MARGIN = 16


def last_frame(text):
    """What a program that draws in place has on the screen."""
    frames = text.split("\x1b[H")
    return frames[-2] if len(frames) > 2 else frames[-1]  # the last one may be half drawn


def to_html(text):
    parts, at, is_open = [], 0, False
    for sequence in SEQUENCE.finditer(text):
        parts.append(html.escape(text[at:sequence.start()]))
        at = sequence.end()
        if sequence.group(2) != "m":
            continue
        if is_open:
            parts.append("</span>")
        style = ";".join(COLOURS[code] for code in sequence.group(1).split(";") if code in COLOURS)
        is_open = bool(style)
        if is_open:
            parts.append(f'<span style="{style}">')
    parts.append(html.escape(text[at:]) + ("</span>" if is_open else ""))
    return "".join(parts)


def shoot(browser, text, path):
    text = text.replace("\r\n", "\n").strip("\n")
    lines = SEQUENCE.sub("", text).split("\n")
    width = int(max(map(len, lines)) * CHARACTER[0]) + 2 * MARGIN
    height = len(lines) * CHARACTER[1] + 2 * MARGIN
    page = ('<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#14181e">'
            f'<pre style="margin:{MARGIN}px;color:#e6e9ee;font:14px/{CHARACTER[1]}px '
            f"'DejaVu Sans Mono',monospace\">{to_html(text)}</pre>")
    with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
        file.write(page)
        file.flush()
        browser.shoot(f"file://{file.name}", path, width, height)
