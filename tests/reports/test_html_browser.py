"""Reports behave in a real browser: silent, still, and as wide as the window."""

import base64
import re
import struct
import zlib

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rareearth.commands.render import tell_figures
from rareearth.display.output import csv_address
from rareearth.render import index, look, page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = [360, 768, 1440]
CSV = "year,t\n2024,\"27 % of 'it', #1 & <b>  &amp; %41? \\ 总量控制指标 é\n\"\n"
LONG = "https://example.org/" + "a" * 300
WORD = "Praseodym" * 60
YEARS = " | ".join(f"Production in {year} (t REO)" for year in range(2000, 2026))
TEXT = rf"""# How concentrated is the mining of rare earths?

One country leads (总量控制指标). {WORD} [far away]({LONG})

## How it is measured

$$\mathrm{{HHI}} = 10\,000 \sum_{{i=1}}^{{n}} s_i^2 + {" + ".join(["x_j^2"] * 40)}$$

### Details

| Measure | {YEARS} |
|---|{"---|" * 26}
| tonnes | {" | ".join(["270,000"] * 26)} |
"""
CARD = "<dt>Share</dt><dd class='value'>69 %</dd><dd class='range'>67-71 %</dd>"
NUMBERS = (
    "<table><thead><tr><th>Year</th><th>t</th></tr></thead>"
    "<tbody><tr><th>2024</th><td>270,000</td></tr></tbody></table>"
)
FINDINGS = f"<section class='findings'><dl>{f'<div>{CARD}</div>' * 5}</dl></section>"


def png(width, height):
    """Return a white picture."""

    def chunk(kind, body):
        data = kind + body
        return struct.pack(">I", len(body)) + data + struct.pack(">I", zlib.crc32(data))

    rows = (b"\0" + b"\xff" * width) * height
    head = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def figure():
    picture = base64.b64encode(png(1600, 900)).decode()
    return (
        "<figure class='chart'><img alt='White chart without any line in it' "
        f"src='data:image/png;base64,{picture}'><figcaption><details class='data'>"
        "<summary>Data</summary><p><a download='x.csv' "
        f"href='{csv_address(CSV)}'>Download as CSV</a></p></details>"
        "</figcaption></figure>"
    )


def shown(html, source="show()"):
    output = new_output("display_data", data={"text/html": html})
    return new_code_cell(source, outputs=[output])


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the paths of a report with all kinds of content, and of its index."""
    folder = tmp_path_factory.mktemp("outputs")
    printed = new_output("stream", name="stdout", text="wide " * 200)
    cells = [
        new_markdown_cell(TEXT),
        new_code_cell("year: int = 2024", metadata={"tags": ["parameters"]}),
        shown(FINDINGS),
        shown(figure(), source="x = " + " + ".join(["variable_name"] * 60)),
        new_code_cell("print('wide ' * 200)", outputs=[printed]),
        shown(NUMBERS),
        shown("<details class='fold'><summary>More</summary><p>Inside</p></details>"),
        new_markdown_cell("## Sources\n\nThe end."),
    ]
    about = {"notebook": "report", "commit": "f" * 40, "parameters": {"year": 2010}}
    notebook = new_notebook(cells=cells, metadata={"rareearth": about})
    nbformat.write(notebook, folder / "report.ipynb")
    (folder / "report.html").write_text(page.render(notebook), encoding="utf-8")
    return {"report": folder / "report.html", "index": index.build(folder, tell_figures(folder))}


@pytest.fixture
def open_page(browser, pages):
    """Return a function that opens a page and notes requests and complaints."""
    contexts = []

    def opener(name, width=1440, scheme="light"):
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        tab = context.new_page()
        tab.asked, tab.said = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("console", lambda message: tab.said.append(message.text))
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.goto(pages[name].as_uri())
        return tab

    yield opener
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["report", "index"])
def test_a_page_asks_for_nothing_but_itself_and_complains_of_nothing(
    open_page, pages, name
):
    tab = open_page(name)
    outside = [url for url in tab.asked if not url.startswith("data:")]
    assert outside == [pages[name].as_uri()]
    assert tab.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["report", "index"])
def test_a_page_never_scrolls_sideways(open_page, name, width, scheme):
    tab = open_page(name, width, scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_a_page_follows_the_readers_colours(open_page, scheme, is_dark):
    tab = open_page("report", scheme=scheme)
    colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(colour.removeprefix("rgb(").split(",")[0])
    assert (red < 128) == is_dark


@pytest.mark.parametrize(("width", "is_wide"), [(1440, True), (360, False)])
def test_contents_are_beside_the_text_or_folded_under_the_answer(
    open_page, width, is_wide
):
    tab = open_page("report", width)
    assert tab.locator("nav.wide").is_visible() == is_wide
    assert tab.locator("nav.narrow summary").is_visible() == (not is_wide)


def test_contents_stay_in_view_and_lead_to_their_headings(open_page):
    tab = open_page("report")
    link = tab.locator("nav.wide a", has_text="Sources")
    link.click()
    heading = tab.locator("h2", has_text="Sources").bounding_box()
    assert 0 <= heading["y"] < 900
    assert link.is_visible()
    assert tab.locator("nav.wide").bounding_box()["y"] >= 0


def test_the_csv_of_a_chart_can_be_saved(open_page, tmp_path):
    tab = open_page("report")
    tab.locator("figure details summary").click()
    with tab.expect_download() as waiting:
        tab.locator("a[download]").click()
    assert waiting.value.suggested_filename == "x.csv"
    waiting.value.save_as(tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == CSV


def test_the_style_of_a_page_says_what_the_style_sheet_says(open_page):
    tab = open_page("report")
    sheet = (look.TEMPLATES / "rareearth" / "style.css").read_text(encoding="utf-8")
    one, other = (
        tab.evaluate(
            """text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
            return [...sheet.cssRules].map(rule => rule.cssText) }""",
            text,
        )
        for text in (sheet, look.style())
    )
    assert len(one) > 100
    # what a variable holds comes back as it is written
    assert [re.sub(r",\s+", ",", rule) for rule in one] == [
        re.sub(r",\s+", ",", rule) for rule in other
    ]


def test_columns_of_numbers_stand_on_the_right(open_page):
    tab = open_page("report")
    aligned = tab.evaluate(
        """[...[...document.querySelectorAll('table')]
        .find(table => table.rows[0].textContent == 'Yeart').querySelectorAll('th, td')]
        .map(cell => getComputedStyle(cell).textAlign)"""
    )
    assert aligned == ["left", "right"] * 2


def test_code_is_folded_until_it_is_asked_for(open_page):
    tab = open_page("report")
    code = tab.locator("details.code pre").first
    assert not code.is_visible()
    tab.locator("details.code summary").first.click()
    assert code.is_visible()


def test_a_page_cannot_be_made_to_run_a_script(open_page):
    tab = open_page("report")
    tab.evaluate(
        "document.body.appendChild(Object.assign(document.createElement('script'),"
        " {textContent: 'window.ran = 1'}))"
    )
    assert tab.evaluate("window.ran") is None


def test_paper_names_what_is_folded_and_leaves_code_and_parameters_out(open_page):
    tab = open_page("report")
    tab.emulate_media(media="print")
    assert tab.locator("details.fold summary").is_visible()
    assert not tab.locator("details.fold p").is_visible()
    assert tab.locator(".made").is_visible()
    left_out = "nav, details.code, details.settings, details.data, footer details"
    assert not any(each.is_visible() for each in tab.locator(left_out).all())


def test_the_first_column_stays_in_sight_where_a_table_scrolls(open_page):
    tab = open_page("report", 390)
    wrap = tab.locator(".table-wrap", has_text="Measure")
    wrap.evaluate("wrap => wrap.scrollLeft = 500")
    row = wrap.locator("tbody tr").first
    assert 0 <= row.locator("> *").first.bounding_box()["x"] < 40
    assert row.locator("> *").nth(1).bounding_box()["x"] < 0
    shadows = wrap.evaluate("wrap => getComputedStyle(wrap).backgroundImage")
    assert shadows.count("linear-gradient") == 4  # one an end, and what covers it


def test_paper_has_page_numbers_and_repeats_the_head_of_a_table(open_page):
    import pypdfium2

    tab = open_page("report")
    rows = "".join(f"<tr><th>{n}</th><td>cell {n}</td></tr>" for n in range(200))
    head = "<thead><tr><th>Headword</th><th>t</th></tr></thead>"
    tab.locator(".table-wrap").last.evaluate(
        "(wrap, html) => wrap.innerHTML = html",
        f"<table>{head}<tbody>{rows}</tbody></table>",
    )
    document = pypdfium2.PdfDocument(tab.pdf(format="A4"))
    read = (page.get_textpage().get_text_range() for page in document)
    texts = ["".join(text.split()) for text in read]
    assert sum("Headword" in text for text in texts) >= 3
    for number, text in enumerate(texts, 1):
        assert f"{number}/{len(texts)}" in text
