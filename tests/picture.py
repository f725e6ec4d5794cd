"""Draws what a terminal shows as an SVG: standard input, with its SGR colours, to standard output.

The argument is the picture's title. A line that begins with `$ ` is a command.
"""
import re
import sys
from xml.sax.saxutils import escape

CELL, LINE, SIZE, MARGIN, BAR = 8.43, 19, 14, 18, 30  # CELL is wide enough for every common font
FILLS = {"2": "#8b949e", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "36": "#79c0ff"}
BOLD, COMMAND = "font-weight='bold'", "fill='#7ee787'"


def attributes(sgr):
    """Of a tspan, for the parameters of one SGR sequence."""
    codes = sgr.split(";") if sgr else []
    unknown = set(codes) - {"1", *FILLS}
    if unknown:
        sys.exit(f"picture.py: no colour for SGR {unknown}")
    return " ".join([BOLD] * ("1" in codes) + [f"fill='{FILLS[c]}'" for c in codes if c in FILLS])


def spans(line):
    if line.startswith("$ "):
        yield COMMAND, "$"
        yield BOLD, line[1:]
        return
    now = ""
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        if piece.startswith("\x1b"):
            now = attributes(piece[2:-1])
        elif piece:
            yield now, piece


def text(line):
    return "".join(f"<tspan {how}>{escape(what)}</tspan>" if how else escape(what) for how, what in spans(line))


lines = sys.stdin.read().splitlines()
title = escape(sys.argv[1])
width = round(2 * MARGIN + CELL * max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines))
height = BAR + LINE * len(lines) + MARGIN
print(f"""<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'
  role='img' aria-label='{title}' font-size='{SIZE}'
  font-family='ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace'>
<title>{title}</title>
<rect width='{width}' height='{height}' rx='8' fill='#0d1117'/>
<g fill='#484f58'><circle cx='20' cy='17' r='5'/><circle cx='37' cy='17' r='5'/><circle cx='54' cy='17' r='5'/></g>
<g fill='#e6edf3'>""")
for row, line in enumerate(lines):
    print(f"<text x='{MARGIN}' y='{BAR + LINE * row + SIZE}' style='white-space: pre' xml:space='preserve'>{text(line)}</text>")
print("</g>\n</svg>")
