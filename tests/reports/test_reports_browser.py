"""The real reports in a real browser: silent, accessible, complete, also on paper.

Each page is opened once; what is seen there is kept, and the tests ask about it.
"""

import csv
import io
import json
import os
import re
import unicodedata
from argparse import Namespace
from copy import copy
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import rareearth as ree
from rareearth.figures import loading as figures
from rareearth.figures import records
from rareearth.render import library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REPORTS = [path.stem for path in library.notebooks()]
PAGES = [*REPORTS, "index", "data_dictionary"]
WIDTHS = (360, 768, 1100, 1440)
SHOTS = library.outputs_folder() / "screenshots"
IS_PICTURED = bool(os.environ.get("RAREEARTH_LOOK"))  # `make look` sets it

# Rules of axe see every kind of element; tables, rows, code and citations that repeat
# a kind are left out: thousands of cells take minutes.
THIN_OUT = """() => {
  const drop = (kind, kept) =>
    [...document.querySelectorAll(kind)].slice(kept).forEach(e => e.remove());
  drop('details.code', 1), drop('details.data', 2), drop('ol.sources li', 3);
  drop('main .table-wrap', 6), drop('tbody tr:nth-child(n+3)', 0);
  drop('a[href^="#source-"]', 5), drop('.findings dl > div', 4);
  document.querySelectorAll('details').forEach(e => e.open = true);
  // axe copies the source of each element that it looks at
  document.querySelectorAll('img').forEach(e => e.src = 'data:image/svg+xml,<svg/>');
  document.querySelectorAll('a[download]').forEach(e => e.href = 'data:,');
  document.querySelectorAll('meta[name=rareearth]').forEach(e => e.remove());
}"""
# Of the elements of one kind, by tag, class and colour up to the body, two are left,
# and what they stand in.
ONE_OF_A_KIND = """() => {
  const style = e => (e.getAttribute('style') || '').match(/colou?r|background/);
  const name = e => [e.tagName, e.className, style(e) && style(e).input].join();
  const kind = e => e == document.body ? '' : kind(e.parentElement) + ' > ' + name(e);
  const seen = {};
  for (const e of [...document.body.querySelectorAll('*')].reverse())
    if (!e.children.length && (seen[kind(e)] = (seen[kind(e)] || 0) + 1) > 2)
      e.remove();
}"""
AXE_RUN = """only => axe.run({resultTypes: ['violations'], ...only}).then(found =>
  found.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 200)))"""
# The fragments of all links within the page, and whether they lead to something.
BROKEN = """() => [...document.querySelectorAll('a[href^="#"]')]
  .map(a => decodeURIComponent(a.hash.slice(1)))
  .filter(id => !document.getElementById(id))"""
# Key findings that are wider than their card, and so run into the next one.
CROWDED = """() => [...document.querySelectorAll('.findings dd, .findings dt')]
  .filter(e => {
    const text = document.createRange();
    text.selectNodeContents(e);
    const card = e.parentElement.getBoundingClientRect();
    return text.getBoundingClientRect().right > card.right;
  }).map(e => e.textContent)"""
# Where the first sentence of the answer ends, and the key figures and a chart begin.
ANSWER = """() => {
  const first = document.querySelector('main .output p');
  const marks = node => node.parentElement.closest('sup') ? 2 : 1;
  const walk = document.createTreeWalker(first, 4, marks);
  const nodes = [];
  while (walk.nextNode()) nodes.push(walk.currentNode);
  const text = nodes.map(node => node.data).join('');
  const end = text.match(/^[^]*?[.](?=\\s+[A-Z]|\\s*$)/)[0].length;
  const range = document.createRange();
  range.selectNodeContents(first);
  let passed = 0;
  for (const node of nodes) {
    if (passed + node.length >= end) {
      range.setEnd(node, end - passed);
      break;
    }
    passed += node.length;
  }
  const panel = document.querySelector('.findings');
  return [range.getBoundingClientRect().bottom, panel.getBoundingClientRect().top,
    panel.querySelectorAll('dt').length,
    document.querySelector('figure > img').getBoundingClientRect().top];
}"""
DRAWN = """() => [...document.querySelectorAll('figure > img')].map(img =>
  [img.getAttribute('src'), img.getBoundingClientRect().width,
   img.getBoundingClientRect().height])"""
SCREENS = {"desktop": (1280, 900), "phone": (390, 844)}
FOLD = 700  # pixels above which the answer stands
HEAD = 850  # pixels above which the first chart begins on a desktop of 900
SMALLEST = {"screen": 10, "print": 9 / 0.75}  # text of a chart, in pixels
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
  const found = list.getEntriesByName('first-contentful-paint');
  if (found.length) done(found[0].startTime);
}).observe({type: 'paint', buffered: true}))"""

each_page = pytest.mark.parametrize("name", PAGES)
each_report = pytest.mark.parametrize("name", REPORTS)


@pytest.fixture(scope="module")
def axe():
    """Return the source of axe-core."""
    import axe_playwright_python

    folder = Path(axe_playwright_python.__file__).parent
    return (folder / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def visit(browser, reports, axe):
    """Return a function that gives what was seen on a page, looking once."""
    seen = {}

    def once(name):
        if name not in seen:
            seen[name] = look(browser, reports.folder / f"{name}.html", axe)
        return seen[name]

    return once


def look(browser, path, axe):
    """Open a page without a network and note all that the tests ask for."""
    if not path.is_file():
        pytest.fail(f"{path.name} was not made; see `rareearth render {path.stem}`")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    tab = context.new_page()
    seen = Namespace(asked=[], said=[], path=path, text=path.read_text("utf-8"))
    tab.on("request", lambda request: seen.asked.append(request.url))
    tab.on("console", lambda message: seen.said.append(message.text))
    tab.on("pageerror", lambda error: seen.said.append(str(error)))
    tab.goto(path.as_uri())
    seen.painted = tab.evaluate(PAINTED)
    seen.answer, seen.drawn = {}, {}
    if path.stem in REPORTS:
        for screen, (wide_, high) in SCREENS.items():
            tab.set_viewport_size({"width": wide_, "height": high})
            seen.answer[screen] = tab.evaluate(ANSWER)
        for media in SMALLEST:
            tab.emulate_media(media=media)
            if media == "print":
                tab.set_viewport_size({"width": 680, "height": 900})  # 18 cm
            seen.drawn[media] = tab.evaluate(DRAWN)
        tab.emulate_media(media="null")  # as the browser has it
        tab.set_viewport_size({"width": 1440, "height": 900})
    seen.broken = tab.evaluate(BROKEN)
    seen.headings = tab.evaluate(
        "[...document.querySelectorAll('main h2')].map(h => h.id)"
    )
    seen.linked = tab.evaluate(
        "[...document.querySelectorAll('nav.wide > ol > li > a')]"
        ".map(a => decodeURIComponent(a.hash.slice(1)))"
    )
    if path.stem != "data_dictionary":  # a table of thousands of rows
        seen.tree = BeautifulSoup(seen.text, "html.parser")
        seen.paper = texts_of(tab.pdf(format="A4", print_background=True))
    photograph(tab, path.stem, 1440, "light")
    seen.crowded, seen.widths = {}, {}
    for width in WIDTHS:
        seen.widths[width] = wide(tab, width)
        seen.crowded[width] = tab.evaluate(CROWDED)
    photograph(tab, path.stem, 360, "dark")
    seen.violations = violations(tab, axe)
    context.close()
    return seen


def texts_of(pdf):
    """Return the text of each page of a PDF."""
    import pypdfium2

    pages = pypdfium2.PdfDocument(pdf)
    return [plain(page.get_textpage().get_text_range()) for page in pages]


def photograph(tab, name, width, scheme):
    """Store a picture of the whole page for people to look at, if one is asked for."""
    if not IS_PICTURED:
        return
    SHOTS.mkdir(parents=True, exist_ok=True)
    tab.emulate_media(color_scheme=scheme, media="screen")
    tab.set_viewport_size({"width": width, "height": 900})
    height = min(16_000, tab.evaluate("document.documentElement.scrollHeight"))
    tab.screenshot(
        path=SHOTS / f"{name}-{width}-{scheme}.jpg",
        type="jpeg",
        quality=60,
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": height},
    )


def wide(tab, width):
    """Return how wide the page is at a width of the window, folded and unfolded."""
    tab.set_viewport_size({"width": width, "height": 900})
    found = []
    for is_open in ("true", "false"):
        tab.evaluate(
            f"document.querySelectorAll('details').forEach(d => d.open = {is_open})"
        )
        found.append(tab.evaluate("document.documentElement.scrollWidth"))
    return found


def violations(tab, axe):
    """Return all that axe-core finds, in light and in dark colours."""
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.evaluate(THIN_OUT)
    tab.evaluate(axe)
    found = tab.evaluate(AXE_RUN, {"rules": {"color-contrast": {"enabled": False}}})
    tab.evaluate(ONE_OF_A_KIND)  # the contrast of an element takes milliseconds
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        found += tab.evaluate(AXE_RUN, {"runOnly": ["color-contrast"]})
    return found


def test_all_notebooks_render(reports):
    assert reports.status == 0


@each_page
def test_a_page_asks_for_nothing_and_complains_of_nothing(visit, name):
    seen = visit(name)
    outside = [url for url in seen.asked if not url.startswith("data:")]
    assert outside == [seen.path.as_uri()]
    assert seen.said == []


@each_page
def test_axe_finds_nothing_in_light_or_dark_colours(visit, name):
    assert visit(name).violations == []


@each_page
def test_a_page_never_scrolls_sideways(visit, name):
    assert visit(name).widths == {width: [width, width] for width in WIDTHS}


@each_report
def test_key_findings_keep_to_their_cards(visit, name):
    assert visit(name).crowded == {width: [] for width in WIDTHS}


@each_page
def test_every_link_within_a_page_leads_somewhere(visit, name):
    assert visit(name).broken == []


@each_report
def test_the_contents_lead_to_every_section(visit, name):
    seen = visit(name)
    assert seen.linked == seen.headings
    assert len(seen.headings) >= 3


@each_report
def test_a_page_paints_within_a_second(visit, name, browser):
    painted = [visit(name).painted]
    while painted[-1] >= 1000 and len(painted) < 4:  # another process may be busy
        tab = browser.new_page()
        tab.goto(visit(name).path.as_uri())
        painted.append(tab.evaluate(PAINTED))
        tab.close()
    assert min(painted) < 1000


def pictures(text):
    """Return the size of the pictures and files that a page brings along."""
    found = re.findall(r"data:(?:image|text/csv)[^\"]+|<svg.*?</svg>", text, re.DOTALL)
    return sum(len(each.encode()) for each in found)


@each_report
def test_the_answer_is_on_the_first_screen(visit, name):
    for screen, (ends, panel, figures_, chart) in visit(name).answer.items():
        assert 0 < ends < FOLD
        assert screen != "desktop" or chart < HEAD
        assert ends <= panel
        assert 1 <= figures_ <= (6 if name == "00_overview" else 4)


@each_report
def test_the_answer_is_on_the_first_page_of_paper(visit, name):
    seen = visit(name)
    first, paper = seen.paper[0], "".join(seen.paper)
    assert plain(seen.tree.select_one("main .output p").text) in first
    for value in seen.tree.select(".findings .value"):
        assert plain(value.text) in first
    assert "check_parameters()" not in paper
    assert "SHA256" not in paper
    assert f"1/{len(seen.paper)}" in first


@each_report
def test_text_of_charts_can_be_read_on_a_phone_and_on_paper(visit, name):
    for media, charts in visit(name).drawn.items():
        assert charts
        for address, width, height in charts:
            svg = unquote(address.partition(",")[2])
            across, down = map(
                float, re.search(r"viewBox='0 0 (\S+) (\S+)'", svg).groups()
            )
            shown = min(
                width / across, height / down
            )  # one that is tall is shown whole
            if media == "print" and shown < width / across - 0.01:
                continue
            sizes = re.findall(r"scale\((0\.\d+) -\1\)", svg)
            smallest = min(100 * float(size) for size in sizes)
            assert smallest * shown >= SMALLEST[media] - 0.01


@each_report
def test_terms_are_explained_at_their_first_use_and_in_a_list(visit, name):
    tree = visit(name).tree
    meanings = records.read("glossary").set_index("term")["meaning"]
    explained = {each.text: each["title"] for each in tree.find_all("abbr")}
    assert explained
    assert explained == meanings[list(explained)].to_dict()
    listed = tree.select("details.terms dt")
    assert sorted(each.text for each in listed) == sorted(explained)
    assert not tree.select("h1 abbr, h2 abbr, h3 abbr, code abbr, a abbr, table abbr")


LIGHT = {"03_refining_costs", "05_trade_dependence"}  # what is sent most


@each_report
def test_a_report_is_small_enough_to_send(visit, name):
    text = visit(name).text
    assert len(text.encode()) < (1_000_000 if name in LIGHT else 1_200_000)
    # The analysis stands in the notebook, and its code travels with the page.
    # Report 11 has a card for each claim, with its history and all its checks.
    most = 500_000 if name == "11_claims_audit" else 260_000
    assert len(text.encode()) - pictures(text) <= most


@each_report
def test_the_line_on_how_new_a_report_is_says_what_it_lists(visit, name):
    page = visit(name).tree
    said = json.loads(page.find("meta", attrs={"name": "rareearth"})["content"])
    line = page.select_one("p.how-new").get_text().replace("\xa0", " ")
    items = page.select("ol.sources > li")
    listed = [item["id"].removeprefix("source-") for item in items]
    newest = ree.sources(pd.DataFrame({"source_id": listed}))["published"].max()
    assert said["vintage"]["newest_source"] == newest
    assert line.startswith(f"Newest source of this report: {prose(newest)}.")
    known = figures.dictionary("series").set_index("title")["next_expected"]
    main = re.findall(r"(?:series: |; )(.+?), to (\d+ \w+ \d{4})( \(past .+?\))?", line)
    for title, _, is_late in main:
        assert bool(is_late) == ("" < known[title] < newest)
    assert len(main) == line.count(", to ") and (main or name == "11_claims_audit")


def prose(day):
    """Return a printed day, month or year in words."""
    form = {4: "%Y", 7: "%B %Y", 10: "%-d %B %Y"}[len(day)]
    return pd.Timestamp(day).strftime(form)


@each_report
def test_every_picture_is_described_in_its_own_words(visit, name):
    images = visit(name).tree.main.find_all("img")
    described = [image["alt"] for image in images]
    assert all(len(alt.split()) >= 8 for alt in described)
    assert len(set(described)) == len(described)


def decoded(link):
    return unquote(link["href"].partition(",")[2])


@each_report
def test_the_download_of_a_chart_has_its_rows_with_unit_source_and_place(visit, name):
    tree = visit(name).tree
    for figure in tree.main.find_all("figure", class_="chart"):
        (table,) = figure.find_all("a", download=True)
        rows = list(csv.reader(io.StringIO(decoded(table))))
        shown = len(figure.table.tbody.find_all("tr"))
        rest = figure.find("p", string=re.compile(r"^\d+ more rows are in the CSV"))
        more = int(rest.text.split()[0]) if rest else 0
        assert len(rows) - 1 == shown + more
        assert {len(row) for row in rows} == {len(rows[0])}
        assert {"unit", "basis", "source", "address", "locator", "rests_on"} <= {
            *rows[0]
        }


@each_report
def test_no_cell_of_a_download_can_become_a_formula(visit, name):
    tree = visit(name).tree
    for link in tree.main.find_all("a", download=re.compile(r"\.csv$")):
        for row in csv.reader(io.StringIO(decoded(link))):
            for cell in row:
                is_number = re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", cell)
                assert is_number or not cell.startswith(("=", "+", "-", "@", "\t"))


def plain(text):
    """Return text as a PDF may give it back: no spaces, no ligatures, no hyphens."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[-\s\u00ad\u200b\u2010\ufffe\u0002]+", "", text)


@each_report
def test_paper_loses_nothing(visit, name):
    seen = visit(name)
    tree = copy(seen.tree)
    only_file = "details.data, details.code, details.settings, a[download]"
    only_file += ", details.fold > :not(summary)"
    for only_screen in tree.main.select(only_file):
        only_screen.decompose()
    for formula in tree.main.find_all("math"):
        formula.decompose()
    parts = tree.main.find_all(["h1", "h2", "h3", "caption", "th", "td", "dd", "dt"])
    printed = "".join(seen.paper)
    lost = [each.text for each in parts if plain(each.text) not in printed]
    assert lost == []


def test_the_index_leads_to_every_report(visit):
    links = visit("index").tree.select(".card > a")
    assert {link["href"] for link in links} == {f"{name}.html" for name in REPORTS}
    assert all(link.find("img") for link in links)
    assert len(visit("index").text.encode()) < 2_000_000
