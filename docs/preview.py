"""Write the README's findings and take its pictures of reports: `make preview`.

All reports are rendered. Between two marks the README lists them with their first key
figure; three are looked at in Chromium at the width of a small screen, and stored in
this folder with few colours. What stands between the marks is written anew.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from rareearth.commands import main as cli
from rareearth.render import library
from rareearth.render.job import HIDDEN

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
PICTURED = ("01", "04", "09")  # numbers of notebooks
SIZE = {"width": 1120, "height": 1240}
LARGEST = 150_000  # bytes of a picture
MARKS = "(<!-- {0} -->\n).*?(<!-- end of {0} -->)"


def main() -> int:
    """Write the findings, then make the pictures and their place."""
    known = [path.stem for path in library.notebooks()]
    names = [name for name in known if name.split("_")[0] in PICTURED]
    with tempfile.TemporaryDirectory() as folder:
        if status := cli.main(["render", "--out", folder, "--quiet"]):
            return status
        put("findings", findings(Path(folder), known))
        chromium = shutil.which("chromium")
        if not chromium:
            print("no chromium on the PATH: no pictures are taken", file=sys.stderr)
            return 1
        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            for name in names:
                take(browser, Path(folder) / f"{name}.html", HERE / f"{name}.png")
            browser.close()
    put("preview", block(names))
    return 0


def put(name: str, text: str) -> None:
    """Write what stands in the README between two marks."""
    marks = re.compile(MARKS.format(name), re.DOTALL)
    before = README.read_text(encoding="utf-8")
    after = marks.sub(lambda found: found[1] + text + found[2], before)
    README.write_text(after, encoding="utf-8")


def findings(folder: Path, names: list[str]) -> str:
    """Return the rows of the README on reports: question and first key figure."""
    rows = ["| notebook | question | first key figure |\n", "|---|---|---|\n"]
    for name in names:
        card = (folder / HIDDEN / f"{name}.card.json").read_text(encoding="utf-8")
        known = json.loads(card)
        label, value, note = (part.replace("|", "/") for part in known["findings"][0])
        told = f"{label}: **{value}**" + f" ({note})" * bool(note)
        link = f"[`{name}`](notebooks/{name}.ipynb)"
        rows.append(f"| {link} | {known['title']} | {told} |\n")
    return "".join(rows).replace("\N{NO-BREAK SPACE}", " ")


def take(browser: Browser, page: Path, picture: Path) -> None:
    """Store the upper part of a page as a picture."""
    tab = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
    tab.goto(page.as_uri())
    shot = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    tab.close()
    for colours in (128, 64, 32, 16):
        shot.quantize(colours, dither=Image.Dither.NONE).save(picture, optimize=True)
        if picture.stat().st_size < LARGEST:
            break
    print(f"{picture.name}  {picture.stat().st_size:,} bytes")


def block(names: list[str]) -> str:
    """Return the lines of the README that show the pictures."""
    lines = []
    for name in names:
        question = library.title(library.load_cells(library.find(name)))
        alt = escape(f"Top of the report: {question}", quote=True)
        lines.append(f'<img src="docs/{name}.png" alt="{alt}" width="32%">\n')
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
