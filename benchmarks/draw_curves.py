"""Draw the curves of `labels_needed` and `trashnet` as docs/images/queues.svg, by hand.

    python3 run.py bench labels_needed trashnet && python -m benchmarks.draw_curves

Accuracy on held-out pictures by labels given: the median of twelve seeds of every strategy, with
the quartiles of `auto` and `random` behind. SVG needs no library, and text in it can be read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness import RESULTS, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

OUT: Final = ROOT / "docs" / "images" / "queues.svg"
PANELS: Final = (
    ("labels_needed", "Handwritten digits, built-in encoder", (10, 120), (0.4, 1.0)),
    ("trashnet", "Photographs of rubbish, MobileNetV2", (30, 300), (0.5, 0.86)),
)
LINES: Final = {
    "random": ("#8a8f98", ""), "entropy": ("#b07aa1", "5 3"), "confidence": ("#d37295", "2 3"),
    "k-center": ("#e08214", "7 3"), "margin": ("#4e79a7", ""), "herding": ("#59a14f", ""),
    "auto": ("#d62728", ""),
}  # fmt: skip
"""Colour and dashes, drawn in this order."""
NAMES: Final = {"confidence": "least confidence", "k-center": "diverse (k-center)"}
WIDTH, HEIGHT, LEFT, TOP, GAP, PLOT_W, PLOT_H = 900, 400, 52, 44, 68, 375, 262
STEPS: Final = 6


class Panel:
    """Turns labels and accuracy into points of the picture."""

    def __init__(self, number: int, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.left = LEFT + number * (PLOT_W + GAP)
        self.x, self.y = x, y

    def at(self, labels: float, accuracy: float) -> tuple[float, float]:
        across = (labels - self.x[0]) / (self.x[1] - self.x[0])
        up = (accuracy - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * PLOT_W, TOP + (1 - max(up, 0)) * PLOT_H

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*one) for one in points))


def main() -> None:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="12" role="img" '
        'aria-label="Accuracy by labels given, for every strategy on two data sets">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for number, (name, title, x, y) in enumerate(PANELS):
        found = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
        parts += drawn(Panel(number, x, y), title, found)
    parts += legend()
    OUT.write_text("\n".join([*parts, "</svg>", ""]), "utf-8")


def drawn(panel: Panel, title: str, found: dict[str, Any]) -> list[str]:
    """Return one panel: axes, what all labels give, bands, lines."""
    parts = [f'<text x="{panel.left}" y="{TOP - 18}" font-weight="600">{title}</text>']
    parts += axes(panel)
    y = panel.at(panel.x[0], found["full"])[1]
    right = panel.left + PLOT_W
    parts.append(
        f'<line x1="{panel.left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#333" '
        f'stroke-dasharray="1 3"/><text x="{right}" y="{y - 4:.1f}" fill="#333" '
        f'text-anchor="end">all labels: {found["full"]:.3f}</text>'
    )
    inside = {
        name: {int(one): row for one, row in table.items() if int(one) <= panel.x[1]}
        for name, table in found["curves"].items()
    }
    for name in ("random", "auto"):
        rows = inside[name].items()
        up = [(one, row["high"]) for one, row in rows]
        down = [(one, row["low"]) for one, row in reversed(rows)]
        parts.append(
            f'<polygon points="{panel.path(up + down)}" fill="{LINES[name][0]}" opacity=".16"/>'
        )
    for name, (colour, dashes) in LINES.items():
        points = panel.path([(one, row["median"]) for one, row in inside[name].items()])
        wide = 2.6 if name == "auto" else 1.6
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{wide}" '
            f'stroke-dasharray="{dashes}" stroke-linejoin="round"/>'
        )
    return parts


def axes(panel: Panel) -> list[str]:
    """Return the grid with its numbers."""
    parts, bottom = [], TOP + PLOT_H
    for step in range(STEPS + 1):
        value = panel.y[0] + (panel.y[1] - panel.y[0]) * step / STEPS
        y = panel.at(panel.x[0], value)[1]
        parts.append(
            f'<line x1="{panel.left}" x2="{panel.left + PLOT_W}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="#e3e5e8"/><text x="{panel.left - 6}" y="{y + 4:.1f}" fill="#555" '
            f'text-anchor="end">{value:.2f}</text>'
        )
    first, last = panel.x
    marks = [first, *(round(last * one / 4) for one in (1, 2, 3, 4))]
    for one in sorted(set(marks)):
        x = panel.at(one, panel.y[0])[0]
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 18}" fill="#555" text-anchor="middle">{one:g}</text>'
        )
    middle = panel.left + PLOT_W / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{bottom + 36}" fill="#555" text-anchor="middle">labels '
        "given</text>"
    )
    return parts


def legend() -> list[str]:
    """Return the names of the lines, the best known first."""
    parts, x = [], LEFT
    for name in reversed(LINES):
        colour, dashes = LINES[name]
        shown = NAMES.get(name, name)
        parts.append(
            f'<line x1="{x}" x2="{x + 24}" y1="{HEIGHT - 22}" y2="{HEIGHT - 22}" '
            f'stroke="{colour}" stroke-width="2.4" stroke-dasharray="{dashes}"/>'
            f'<text x="{x + 30}" y="{HEIGHT - 18}" fill="#333">{shown}</text>'
        )
        x += 52 + int(6.6 * len(shown))
    return parts


if __name__ == "__main__":
    main()
