"""Make the README's pictures of three reports: `make preview`.

Each report is rendered, looked at in Chromium at the width of a small screen, and
stored in this folder with few colours. The README names the pictures between two
marks; what stands there is written anew, with the questions of the reports as text.
"""

from __future__ import annotations

import io
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

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
PICTURED = ("01", "04", "09")  # numbers of notebooks
SIZE = {"width": 1120, "height": 1240}
LARGEST = 150_000  # bytes of a picture
BLOCK = re.compile(r"(<!-- preview -->\n).*?(<!-- end of preview -->)", re.DOTALL)


def main() -> int:
    """Make the pictures and their place in the README."""
    chromium = shutil.which("chromium")
    if not chromium:
        print("no chromium on the PATH; the pictures are taken in it", file=sys.stderr)
        return 1
    known = [path.stem for path in library.notebooks()]
    names = [name for name in known if name.split("_")[0] in PICTURED]
    with tempfile.TemporaryDirectory() as folder:
        if status := cli.main(["render", *names, "--out", folder, "--quiet"]):
            return status
        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            for name in names:
                take(browser, Path(folder) / f"{name}.html", HERE / f"{name}.png")
            browser.close()
    text = README.read_text(encoding="utf-8")
    README.write_text(
        BLOCK.sub(lambda found: found[1] + block(names) + found[2], text),
        encoding="utf-8",
    )
    return 0


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
