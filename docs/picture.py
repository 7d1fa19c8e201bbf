#!/usr/bin/env python3
"""Draws what a program prints on a terminal as SVG. Renews the README's picture:

    CLICOLOR_FORCE=1 cargo run -q --example track | python3 docs/picture.py > docs/trail.svg
"""
import re
import sys
import unicodedata
from html import escape

COLOURS = {31: "#cf5b56", 32: "#5aa86a", 33: "#c79a3b", 36: "#4d9fb3"}
WIDTH, LINE, SIZE = 80, 18, 13


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def spans(line):
    style, at = set(), 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if code:
            for number in map(int, filter(None, (code[1] or "0").split(";"))):
                style = set() if number == 0 else style | {number}
            if not code[1]:
                style = set()
        elif part:
            yield at, part, style
            at += columns(part)


lines = [line.rstrip("\n") for line in sys.stdin][: int(sys.argv[1]) if len(sys.argv) > 1 else 60]
char = SIZE * 0.602
width, height = int(WIDTH * char) + 24, len(lines) * LINE + 24
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">')
print(f'<rect width="{width}" height="{height}" rx="8" fill="#16191d"/>')
print(f'<g font-family="ui-monospace,Menlo,Consolas,\'DejaVu Sans Mono\',monospace" font-size="{SIZE}" fill="#d7dadd">')
for row, line in enumerate(lines):
    for at, text, style in spans(line):
        if not text.strip():
            continue
        colour = next((COLOURS[code] for code in style if code in COLOURS), None)
        look = (f' fill="{colour}"' if colour else "") + (' font-weight="bold"' if 1 in style else "")
        look += ' opacity=".6"' if 2 in style else ""
        lead = len(text) - len(text.lstrip())
        x, y = 12 + (at + lead) * char, 12 + row * LINE + SIZE
        shown = text.strip()
        print(f'<text x="{x:.1f}" y="{y}" textLength="{columns(shown) * char:.1f}"{look} xml:space="preserve">{escape(shown)}</text>')
print("</g></svg>")
