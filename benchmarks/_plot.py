"""Plots: bars with their least and most, as SVG, and as PNG where Chromium is installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks._measure import Spread

_FONT = 'font-family="sans-serif" font-size="14"'
_WIDTH, _LEFT, _BARS, _LINE = 760, 200, 440, 34


def svg(title: str, bars: Mapping[str, Spread]) -> str:
    """Return a bar for each median, with a line from the least to the most."""
    height = 60 + _LINE * len(bars)
    scale = _BARS / max(each.high for each in bars.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" {_FONT}>',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="16" y="28" font-size="16">{escape(title)}</text>',
    ]
    for number, (name, each) in enumerate(bars.items()):
        y = 50 + _LINE * number
        middle = y + 10
        low, high = _LEFT + each.low * scale, _LEFT + each.high * scale
        parts += [
            f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{each.middle * scale:.1f}" height="20" fill="#3b6ea5"/>',
            f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="black"/>',
            f'<text x="{high + 8:.1f}" y="{y + 15}">{each.middle:,.0f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def draw(title: str, bars: Mapping[str, Spread], png: Path) -> None:
    """Write a plot to the file `png`; without Chromium, only as SVG next to it."""
    source = png.with_suffix(".svg")
    source.write_text(svg(title, bars))
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        return
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    size = f"--window-size={_WIDTH},{60 + _LINE * len(bars)}"
    command = [browser, *options, size, f"--screenshot={png}", source.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - our own command
