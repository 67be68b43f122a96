#!/usr/bin/env python3
"""Draws the accuracy, overflow and energy of a comparison over one axis as an SVG.

    python3 Scripts/plot_comparison.py reports/digits/comparison.csv accumulator > reports/digits/comparison.svg

Needs nothing but Python. Three small panels share the horizontal axis; every bar says its number.
"""
import csv
import sys

WIDTH, PANEL, LEFT, TOP = 720, 110, 150, 34
COLORS = {"top-1 %": "#2f6f9f", "overflowed outputs %": "#b5532a", "energy": "#5b7f3a"}


def panels(rows):
    top1 = [100 * float(row["top1"]) for row in rows]
    over = [
        100 * float(row["overflowed_outputs"]) / float(row["accumulated_outputs"]) for row in rows
    ]
    energy = [float(row["energy_pj"]) / 1e6 for row in rows]
    return [
        ("top-1 %", top1, 100, "{:.1f}"),
        ("overflowed outputs %", over, max(max(over), 1e-9) * 1.15, "{:.2f}"),
        ("energy", energy, max(energy) * 1.15, "{:.2f} µJ"),
    ]


def svg(rows, axis):
    step = (WIDTH - LEFT - 20) / len(rows)
    drawn = panels(rows)
    height = TOP + PANEL * len(drawn) + 30
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12" fill="#333">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{rows[0]["network_name"]} on {rows[0]["device_name"]}: '
        f"one run for each {axis}</text>",
    ]
    for index, (name, values, largest, form) in enumerate(drawn):
        base = TOP + PANEL * (index + 1) - 14
        out.append(f'<text x="10" y="{base - 34}">{name}</text>')
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{base}" y2="{base}" stroke="#999"/>')
        for place, value in enumerate(values):
            tall = value / largest * (PANEL - 40)
            x = LEFT + step * place + step * 0.2
            out.append(
                f'<rect x="{x:.1f}" y="{base - tall:.1f}" width="{step * 0.6:.1f}" '
                f'height="{tall:.1f}" fill="{COLORS[name]}"/>')
            out.append(
                f'<text x="{x + step * 0.3:.1f}" y="{base - tall - 4:.1f}" '
                f'text-anchor="middle">{form.format(value)}</text>')
    for place, row in enumerate(rows):
        out.append(
            f'<text x="{LEFT + step * (place + 0.5):.1f}" y="{height - 16}" '
            f'text-anchor="middle">{row[axis]}</text>')
    return "\n".join(out + ["</svg>"])


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: plot_comparison.py comparison.csv AXIS > picture.svg")
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or sys.argv[2] not in rows[0]:
        sys.exit(f"{sys.argv[1]}: has no column '{sys.argv[2]}'")
    print(svg(rows, sys.argv[2]))


if __name__ == "__main__":
    main()
