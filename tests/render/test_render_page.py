"""A page is one harmless file with one title, a contents list and folded code."""

import base64
import itertools
import re
import xml.etree.ElementTree as ET

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import rareearth
from rareearth import charts, words
from rareearth.charts.style import to_svg
from rareearth.commands.render import tell_figures
from rareearth.display.output import ABOUT, FINDINGS
from rareearth.render import index, library, page
from rareearth.render.markup import to_mathml
from rareearth.render.page import PageError

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
DOT = (  # a white picture of one point
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAA"
    "AACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)
FIGURE = (
    f"<figure class='chart'><img alt='Line of prices, rising' "
    f"src='data:image/png;base64,{DOT}'><figcaption><p class='source'>Sources: "
    "<a href='#source-x' title='USGS'>1</a></p><details class='data'><summary>Data"
    "</summary><a download='x.csv' href='data:text/csv;base64,YQ=='>CSV</a>"
    "<div class='table-wrap' role='region' tabindex='0' aria-label='Prices'><table>"
    "<caption>Prices</caption><thead><tr><th scope='col'>Year</th></tr></thead><tbody>"
    "<tr><th scope='row'>2024</th></tr></tbody></table></div></details></figcaption>"
    "</figure><ol class='sources'><li id='source-x' value='1'>USGS</li></ol>"
)


def markdown(*sources):
    return [new_markdown_cell(each) for each in sources]


def shown(data, source="show()", **metadata):
    """Return a code cell that displayed `data`, a dictionary by media type."""
    output = new_output("display_data", data=data, metadata=metadata)
    return new_code_cell(source, outputs=[output], execution_count=1)


def render(*cells, **metadata):
    """Return the text and the tree of the page of some cells."""
    text = page.render(new_notebook(cells=list(cells), metadata=metadata))
    return text, BeautifulSoup(text, "html.parser")


def render_html(html):
    return render(*markdown("# A question?"), shown({"text/html": html}))


def test_a_page_has_language_title_viewport_policy_and_one_h1():
    text, tree = render(*markdown("# Who *mines*?\n\nFirst.", "## Then"))
    assert text.startswith("<!DOCTYPE html>")
    assert tree.html["lang"] == "en"
    assert tree.title.text == "Who mines? - Rare Earth Workbook"
    assert tree.find("meta", {"name": "viewport"})
    policy = tree.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy["content"] == POLICY
    assert [each.text for each in tree.find_all("h1")] == ["Who mines?"]


def test_a_page_has_no_script_and_loads_nothing():
    _, tree = render_html(FIGURE)
    assert not tree.find_all(["script", "iframe", "object", "embed", "form", "base"])
    for tag in tree.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        if tag.name != "a":
            for name in ("src", "href"):
                assert str(tag.get(name, "data:")).startswith("data:")
    assert not re.search(r"url\(|@import", tree.style.text)


def test_the_markup_of_our_own_charts_comes_through_unchanged():
    _, tree = render_html(FIGURE)
    before = BeautifulSoup(FIGURE, "html.parser")
    for name in ("figure", "ol"):
        found = tree.find("main").find(name)
        assert found == before.find(name)


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<script>alert(1)</script>", "<script> is not allowed"),
        ("<SCRIPT SRC=//x.org/a.js></SCRIPT>", "<script> is not allowed"),
        ("<img src=x onerror=alert(1) alt=x>", "onerror|inside the file"),
        ("<p ONMOUSEOVER='x()'>a</p>", "event handler onmouseover"),
        ("<svg onload=alert(1)></svg>", "event handler onload"),
        ("<a href='javascript:alert(1)'>a</a>", "a link leads to"),
        ("<a href=' java\nscript:alert(1)'>a</a>", "a link leads to"),
        ("<a href='&#106;avascript:alert(1)'>a</a>", "a link leads to"),
        ("<a href='data:text/html,<b>x'>a</a>", "a link leads to"),
        ("<a href='file:///etc/passwd'>a</a>", "a link leads to"),
        ("<a href='//x.org/'>a</a>", "a link leads to"),
        ("<a download href='https://x.org/a.csv'>a</a>", "a download must be inside"),
        ("<a download href='data:text/html,x'>a</a>", "a download must be inside"),
        ("<a download href='da ta:text/csv,x'>a</a>", "a download must be inside"),
        ("<img alt='a b' src='https://x.org/a.png'>", "an image must be inside"),
        ("<img alt='a b' src='//x.org/a.png'>", "an image must be inside"),
        ("<img alt='a b' src='data:text/html,x'>", "an image must be inside"),
        ("<img src='data:image/png;base64,AA'>", "without alt text"),
        ("<p style='background:url(//x.org/a.png)'>a</p>", r"url\( is not allowed"),
        ("<p style='background:u\\72l(//x.org)'>a</p>", "is not allowed"),
        ("<style>body{background:url(//x.org)}</style>", "<style> is not allowed"),
        ("<link rel=stylesheet href=//x.org>", "<link> is not allowed"),
        ("<iframe srcdoc='x'></iframe>", "<iframe> is not allowed"),
        ("<form action=//x.org><input></form>", "<form> is not allowed"),
        ("<meta http-equiv=refresh content='0;//x.org'>", "<meta> is not allowed"),
        ("<base href=//x.org>", "<base> is not allowed"),
        ("<svg><use href='//x.org/a.svg#b'/></svg>", "only links to this page"),
        ("<svg><rect fill='url(//x.org#a)'/></svg>", r"url\( is not allowed"),
        ("<svg><foreignObject>x</foreignObject></svg>", "is not allowed"),
        ("<svg><animate attributeName=href to='x'/></svg>", "<animate> is not"),
        ("<math href='javascript:alert(1)'><mi>x</mi></math>", "only links to this"),
        ("<custom-thing>x</custom-thing>", "<custom-thing> is not allowed"),
    ],
)
def test_markup_that_could_run_or_load_fails_the_page_and_names_the_cell(html, message):
    place = r"^cell 2 \(show\(\)\): "
    with pytest.raises(PageError, match=f"{place}.*({message})"):
        render_html(html)
    with pytest.raises(PageError, match=message):
        render(*markdown(f"# A question?\n\n{html}"))


def test_a_tag_that_markdown_does_not_know_as_one_is_text():
    _, tree = render(*markdown("# A question?\n\na <svg/onload=alert(1)> b"))
    assert "a <svg/onload=alert(1)> b" in tree.main.text
    with pytest.raises(PageError, match="event handler onload"):
        render_html("<svg/onload=alert(1)>")


def test_comments_and_unknown_attributes_are_left_out():
    _, tree = render_html("<!--[if IE]><b>--><p foo='x' srcset='//x.org' id='k'>a</p>")
    assert tree.find(id="k").attrs == {"id": "k"}
    assert "[if IE]" not in str(tree)


def test_text_from_data_stays_text():
    text, tree = render(
        *markdown("# A question?"),
        shown({"text/plain": "<b>&\u202e</b>"}),
        shown({"text/html": "<p>&lt;script&gt; &amp; 中国</p>"}, source="'<i>'"),
    )
    assert "<b>&\u202e</b>" in tree.find("main").text
    assert "<script> & 中国" in tree.find("main").text
    assert "<script" not in text


def test_all_code_stands_folded_at_the_foot_by_the_numbers_of_its_cells():
    cells = [
        *markdown("# A question?"),
        shown({"text/html": "<p>seen</p>"}, source="compute('<x>')"),
        *markdown("## The rest\n\nIs this."),
        new_code_cell("x = 1"),
    ]
    _, tree = render(*cells)
    (fold,) = tree.find_all("details", class_="code")
    assert not fold.has_attr("open")
    assert fold.summary.text == "Code of this report"
    assert [each.text for each in fold.find_all("p")] == ["Cell 2", "Cell 4"]
    code = [each.text.strip() for each in fold.find_all("pre")]
    assert code == ["compute('<x>')", "x = 1"]
    assert fold.find_next_sibling() is None


ABOUT_IT = {
    "reach": "Main series reach 31 December 2025",
    "terms": {"REO": "oxides", "capital charge": "the cost of a plant", "FOB": "x"},
}


def test_under_the_question_stand_what_it_rests_on_then_answer_and_key_figures():
    row = [{"label": "Share", "value": "69 %", "range": ""}]
    panel = {"text/html": "<section class='findings'>Share</section>", FINDINGS: row}
    year = new_code_cell("year: int = 2024", metadata={"tags": ["parameters"]})
    about = {
        "parameters": {"year": 2010},
        "package_version": "0.2.0",
        "commit": f"{'a1b2c3d' + 33 * '0'}, with uncommitted changes",
    }
    cells = [
        *markdown("# Q?"),
        year,
        shown({"text/html": "<p>China, 69 %.</p>"}),
        shown(panel),
        *markdown("## More\n\nText."),
        shown({"text/html": "<p>Sources</p>", ABOUT: ABOUT_IT}),
    ]
    _, tree = render(*cells, rareearth=about)
    state = tree.h1.find_next_sibling()
    assert state.text == (
        "Main series reach 31 December 2025 · version 0.2.0 "
        "(commit a1b2c3d, with uncommitted changes) · year = 2010"
    )
    parts = tree.main.find_all(["p", "section", "details", "h2"])
    told = [each.get("class", [each.name])[-1] for each in parts]
    assert told[:6] == ["state", "p", "findings", "settings", "block", "h2"]
    assert parts[4].summary.text == "Contents"


def test_a_term_is_explained_where_prose_has_it_first_and_in_a_list():
    about = {"text/html": "<p>Sources</p>", ABOUT: ABOUT_IT}
    prose = "[REO](https://x.org) `REO` is a REO, not REOs. A\ncapital charge. REO."
    _, tree = render(*markdown("# REO?", prose), shown(about))
    explained = [(each.text, each["title"]) for each in tree.find_all("abbr")]
    assert explained == [("REO", "oxides"), ("capital charge", "the cost of a plant")]
    assert tree.abbr.previous_sibling.endswith("is a ")
    listed = tree.find("details", class_="terms")
    assert [each.text for each in listed.find_all("dt")] == ["capital charge", "REO"]
    assert "Sources" in listed.find_next_sibling("p").text


def test_parameter_cells_become_a_table_with_the_values_of_the_run():
    cells = [
        *markdown("# A question?"),
        new_code_cell(
            'year: int = 2024  # calendar <year>\nname: str = "China"',
            metadata={"tags": ["parameters"]},
        ),
        new_code_cell("name = 'x'", metadata={"tags": ["injected-parameters"]}),
    ]
    about = {"parameters": {"year": 2024, "name": "<b>Chile"}}
    _, tree = render(*cells, rareearth=about)
    table = tree.find("details", class_="settings").table
    rows = [[c.text for c in r.find_all(["th", "td"])] for r in table.find_all("tr")]
    assert rows == [
        ["Parameter", "Value", "Meaning"],
        ["year", "2024", "calendar <year>"],
        ["name", "<b>Chile (changed)", ""],
    ]
    assert tree.title.text.startswith("A question? (name = <b>Chile)")
    assert "injected" not in str(tree.main)
    assert [each.text for each in tree.select("details.code > p")] == ["Cell 2"]


def test_the_contents_list_leads_to_every_heading():
    sources = ("# Q?", "## One\n\n### Inner\n\n#### Deep", "## One\n\n## 中国 & $x$")
    _, tree = render(*markdown(*sources))
    for nav in tree.find_all("nav"):
        assert nav["aria-label"] == "Contents"
    links = [(a.text, a["href"][1:]) for a in tree.find(class_="wide").find_all("a")]
    narrow = tree.main.find("nav", class_="narrow").details
    assert [(a.text, a["href"][1:]) for a in narrow.find_all("a")] == links
    assert [text for text, _ in links] == ["One", "Inner", "One", "中国 & x"]
    assert len({target for _, target in links}) == 4
    for text, target in links:
        assert tree.find(id=target).text == text
    assert tree.find("a", class_="skip")["href"] == "#report"
    assert tree.find(id="report").name == "main"


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (["# One", "# Two"], r"cell 2 \(# Two\): a second h1 \('Two'\)"),
        (["# One", "### Three"], r"cell 2 .*: the heading 'Three' is h3 after h1"),
        (["## Two"], r"cell 1 .*: the heading 'Two' is h2 after nothing"),
        (["# One", "## A", "#### B"], r"cell 3 .*'B' is h4 after h2"),
        (["# One", "##"], "cell 2 .*an empty heading"),
        (["No title"], "the report has no title"),
    ],
)
def test_headings_out_of_order_fail_the_page_and_name_the_cell(sources, message):
    with pytest.raises(PageError, match=message):
        render(*markdown(*(f"{each}\n\nText." for each in sources)))


def test_the_cell_number_is_that_of_the_stored_notebook():
    injected = new_code_cell("x = 1", metadata={"tags": ["injected-parameters"]})
    with pytest.raises(PageError, match=r"^cell 2 \(# Two\)"):
        render(*markdown("# One"), injected, *markdown("# Two"))


def test_formulas_become_mathml():
    _, tree = render(*markdown("# Q?\n\nLet $s_i$ be\n\n$$\\sum_i s_i^2 < 1$$"))
    inline, block = tree.find_all("math")
    assert inline["display"] == "inline"
    assert inline.find("msub").text == "si"
    assert block["display"] == "block"
    assert "<" in block.text
    assert "$" not in tree.main.text


MONEY = r"""US$60/kg and A$90/kg
($5/kg, A$6/kg)
from $5 to $10
\$5 and \$6
cost $ 5 or 6 $ each
Prices in $/kg; Lynas reports A$/kg
It rose from $60 to $90 (in US$).
$60/kg; A$ is weak
$60 (A$)
between $1,000 and $2,000/t (US$)
in $/t, €/t or A$/t
cost (in $) rose; price (in A$)
It cost $5, not A$.
$5–6/kg ($/t)
$-denominated and A$-denominated
$5bn in A$
"$" and "A$"
$5/t; A$/t
$60-$90/kg
$60–$90 (US$)
NdPr at $55/kg (RMB 400/kg, in $)
price in $. Then in A$.
<b>$5</b> or <b>A$</b>
$60, $70 and $80 (all US$/kg)"""
FORMULAS = r"""$A$ $2x$ $2ab$ $5 \times 10^3$ $10\%$ $(a,b]$ $-1$
$0.5$ $x/y$ $1/n$ $f(x,A)$
$0 < x < 1$
$HHI = \sum_i s_i^2$
$x / total$
$2 \text{ and } 3$
$3.5 x + 2$
$a, b, A$
$-x/2$"""


@pytest.mark.parametrize("text", MONEY.splitlines())
def test_money_is_not_a_formula(text):
    _, tree = render(*markdown(f"# Q?\n\n{text}"))
    assert not tree.find("math")
    typed = re.sub(r"\\|</?b>", "", text)
    assert typed in tree.main.text


@pytest.mark.parametrize("text", FORMULAS.splitlines())
def test_a_formula_is_not_money(text):
    _, tree = render(*markdown(f"# Q?\n\n{text}"))
    assert len(tree.find_all("math")) == text.count("$") / 2
    assert "$" not in tree.main.text


@pytest.mark.parametrize(
    "tex",
    [r"\nosuchcommand{x}", r"\frac{a}{b", r"a}", r"x \right", r"a &= b", r"\text{\x}"],
)
def test_tex_that_cannot_be_converted_fails_the_page(tex):
    with pytest.raises(ValueError, match="formula"):
        to_mathml(tex, "inline")
    with pytest.raises(PageError, match=r"cell 1 .*formula"):
        render(*markdown(f"# Q?\n\n$${tex}$$"))


def test_a_picture_carries_the_description_of_its_output():
    metadata = {"image/png": {"alt": 'Prices "fall" <now>', "width": 400}}
    output = shown({"image/png": DOT + "\n", "text/plain": "<Figure>"}, **metadata)
    _, tree = render(*markdown("# Q?"), output)
    assert tree.main.img["alt"] == 'Prices "fall" <now>'
    assert tree.main.img["width"] == "400"


def test_a_picture_without_description_says_so_and_is_told(monkeypatch):
    told = []
    monkeypatch.setattr(page.server, "tell", told.append)
    _, tree = render(*markdown("# Q?"), shown({"image/png": DOT}), notebook="x")
    assert tree.main.img["alt"] == "A picture that its author has not described"
    ((verb, line),) = told
    assert verb == "complain"
    assert re.search(r"^warning: .*cell 2 \(show\(\)\): .*display\.show", line)


@pytest.mark.parametrize("output", ["display", "stream", "error", "markdown", "code"])
def test_control_characters_and_lone_surrogates_are_spelled_out(output):
    held, seen = "a\x00b\x07\x1b]0;t\x9b\udcffz", r"a\x00b\x07\x1b]0;t\x9b\udcffz"
    cells = {
        "display": shown({"text/plain": held}),
        "stream": new_code_cell(outputs=[new_output("stream", text=held)]),
        "error": new_code_cell(outputs=[new_output("error", traceback=[held])]),
        "markdown": new_markdown_cell(held.replace("\0", "\x01")),
        "code": new_code_cell(f"x = '{held}'"),
    }
    text, tree = render(*markdown("# Q?"), cells[output])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)
    if output == "markdown":
        seen = seen.replace("x00", "x01")
    assert seen in tree.main.text
    assert page.render(new_notebook(cells=[*markdown("# Q?"), cells[output]])) == text


@pytest.mark.parametrize("reference", ["&#27;", "&#x9b;", "&#7;"])
def test_a_reference_to_a_control_character_is_none_of_the_page(reference):
    text, _ = render_html(f"<p title='{reference}'>{reference}</p>")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def test_a_style_cannot_be_spelled_out_of_control_characters():
    with pytest.raises(PageError, match="is not allowed"):
        render_html("<p style='u\x1b72l(x)'>a</p>")


def test_a_task_list_has_boxes_that_say_what_is_done():
    _, tree = render(
        *markdown("# Q?\n\n- [x] mines\n- [ ] **magnets**\n\n- [X] a\n\n  b")
    )
    items = [" ".join(each.text.split()) for each in tree.main.find_all("li")]
    assert items == ["\u2611 mines", "\u2610 magnets", "\u2611 a b"]
    assert not tree.find("input")


def test_an_attachment_is_shown_and_a_missing_one_is_named_with_its_cell():
    source = "![A white dot](attachment:dot.png)"
    held = {"dot.png": {"image/png": DOT}}
    title = new_markdown_cell("# Q?")
    _, tree = render(title, new_markdown_cell(source, attachments=held))
    assert tree.main.img["src"] == f"data:image/png;base64,{DOT}"
    with pytest.raises(PageError, match=r"cell 2 .*: missing attachment: dot\.png"):
        render(title, new_markdown_cell(source, attachments={}))


def test_an_svg_output_is_shown_as_an_image_that_cannot_run():
    svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'></svg>"
    output = shown({"image/svg+xml": svg}, alt="A line that rises")
    _, tree = render(*markdown("# Q?"), output)
    kind, _, content = tree.main.img["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(content).decode() == svg


def test_a_script_output_shows_its_text():
    data = {"application/javascript": "alert(1)", "text/plain": "<Javascript object>"}
    _, tree = render(*markdown("# Q?"), shown(data))
    assert "<Javascript object>" in tree.main.text
    assert "alert(1)" not in str(tree)


def test_printed_text_and_errors_are_visible():
    outputs = [
        new_output("stream", name="stdout", text="plain <b>"),
        new_output("stream", name="stderr", text="\x1b[31mcareful\x1b[0m"),
        new_output("error", ename="ValueError", evalue="x", traceback=["bad <i>"]),
    ]
    _, tree = render(*markdown("# Q?"), new_code_cell("f()", outputs=outputs))
    found = {
        pre["class"][0]: pre.text for pre in tree.main.find_all("pre", class_=True)
    }
    assert found == {"stdout": "plain <b>", "stderr": "careful", "error": "bad <i>"}


def test_a_plain_table_gets_scopes_alignment_and_a_container():
    html = (
        "<style scoped>x{}</style><table border='1' class='dataframe'><thead><tr><th>"
        "</th><th>country</th><th>t</th></tr></thead><tbody><tr><th>0</th><td>Chile"
        "</td><td>1,200</td></tr><tr><th>1</th><td>Peru</td><td>NaN</td></tr></tbody>"
        "</table>"
    )
    _, tree = render_html(html)
    wrap = tree.main.find("div", class_="table-wrap")
    assert (wrap["role"], wrap["tabindex"]) == ("region", "0")
    assert wrap["aria-label"] == "Table: country, t"
    heads = [(c.text, c["scope"]) for c in wrap.find_all("th")]
    assert heads == [("country", "col"), ("t", "col"), ("0", "row"), ("1", "row")]
    numbers = [cell.text for cell in wrap.find_all(class_="num")]
    assert numbers == ["t", "1,200", "NaN"]
    assert "border" not in wrap.table.attrs


def test_links_between_notebooks_lead_to_reports():
    _, tree = render(*markdown("# Q?\n\n[next](02_prices.ipynb#when)"))
    assert tree.main.a["href"] == "02_prices.html#when"


def test_the_footer_says_what_the_report_was_made_from():
    about = {
        "notebook": "01_shares",
        "package_version": "0.1.0",
        "commit": "not under version control",
        "data": [{"name": "data/prices.csv", "sha256": "abc"}],
        "modules": [{"name": "rareearth/charts.py", "sha256": "0123456789"}],
        "own": "<mine>",
        "environment": {"python": "3.12.1", "pandas": "<2>"},
    }
    _, tree = render(*markdown("# Q?"), rareearth=about)
    pairs = [each.text.strip() for each in tree.footer.find_all(["dt", "dd"])]
    rows = dict(zip(pairs[::2], pairs[1::2], strict=True))
    assert rows["Package"] == "rareearth 0.1.0"
    assert rows["Commit"] == "not under version control"
    assert rows["File data/prices.csv"] == "SHA-256 abc"
    assert rows["Modules"] == "charts 01234567"
    assert rows["Own figures"] == "used, from the folder <mine>"
    assert rows["pandas"] == "<2>"


def test_equal_notebooks_give_equal_pages():
    cells = [*markdown("# Q?\n\n$x$"), shown({"text/html": FIGURE})]
    notebook = new_notebook(cells=cells)
    copy = nbformat.from_dict(notebook)
    assert page.render(notebook) == page.render(copy)


def test_a_page_without_pictures_stays_small():
    text, _ = render(*markdown("# Q?"))
    assert len(text.encode()) < 30_000


def test_code_carries_marks_only_for_what_has_a_colour():
    code = "for x in [1]:\n    f(x, f'y{x}', True)  # <z>"
    _, tree = render(*markdown("# Q?"), new_code_cell(code))
    marked = tree.main.pre.find_all("span")
    assert [(each["class"], each.text) for each in marked] == [
        (["k"], "for"),
        (["k"], "in"),
        (["m"], "1"),
        (["s"], "f'y{x}'"),
        (["k"], "True"),
        (["c"], "# <z>"),
    ]
    assert tree.main.pre.text.strip() == code


def test_a_notebook_that_was_never_run_can_be_exported():
    text, _ = page.RareEarthExporter().from_notebook_node(
        new_notebook(cells=[*markdown("# Q?"), new_code_cell("1 + 1")])
    )
    assert "<h1" in text


def luminance(colour):
    """Return the relative luminance of a colour as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_in_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


TEXT = ["text", "muted", "link", "keyword", "string", "number", "error"]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "panel"])
@pytest.mark.parametrize("name", TEXT)
def test_text_keeps_its_contrast_in_both_modes(mode, ground, name):
    light, dark = re.findall(r":root\{(.*?)\}", page.style())[:2]
    block = light if mode == "light" else dark
    colours = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", block))
    assert contrast(colours[name], colours[ground]) >= 4.5


@pytest.fixture
def outputs(tmp_path):
    """Return a function that stores an executed notebook and its page in a folder."""

    def store(name, *cells, failure="", **about):
        about = {"failure": failure, **about} if failure else about
        stored = new_notebook(cells=list(cells), metadata={"rareearth": about})
        ending = ".failed.ipynb" if failure else ".ipynb"
        nbformat.write(stored, tmp_path / f"{name}{ending}")
        if not failure:
            (tmp_path / f"{name}.html").write_text("page")
        return tmp_path

    return store


def build(folder):
    path = index.build(folder, tell_figures(folder))
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_the_index_has_a_card_for_each_report(outputs):
    answer = shown({"text/html": "<p>China mined <strong>69 %</strong>.</p>"})
    about = {"parameters": {"c": "<i>", "d": 1}, "changed": ["c"]}
    cells = [*markdown("# Who <mines>?\n\nLead."), answer, shown({"text/html": FIGURE})]
    folder = outputs("01_a--c-x", *cells, **about)
    outputs("00_b", *markdown("# Overview\n\nAll *in* one."))
    tree = build(folder)
    first, second = tree.find_all("li", class_="card")
    assert first.a["href"] == "00_b.html"
    assert "All in one." in first.text
    assert second.a["href"] == "01_a--c-x.html"
    assert second.find(class_="title").text == "Who <mines>?"
    assert "China mined 69 %." in second.text
    assert second.find(class_="changed").text == "With c = <i>"
    assert second.img["alt"] == "Line of prices, rising"


def test_the_index_has_reports_in_the_order_in_which_to_read_them(outputs):
    names = ("00_a", "01_a", "02_a", "05_a", "08_a", "09_a", "10_a", "11_a", "my_own")
    for name in names:
        folder = outputs(name, *markdown("# Q?"))
    order = [each.a["href"][:2] for each in build(folder).select("li.card")]
    assert order == ["00", "01", "05", "10", "08", "09", "11", "02", "my"]


def test_a_card_has_one_number_one_sentence_and_a_date(outputs):
    found = [
        {"label": "Mined in China", "value": "69 %", "range": "in 2025"},
        {"label": "Elsewhere", "value": "31 %", "range": ""},
    ]
    how_new = "Newest source of this report: 8\N{NO-BREAK SPACE}October 2026. More."
    text = (
        "By No. 18 of 2025, China mined 69 %<sup><a href='#s'>3</a></sup>. Others less."
    )
    outputs_of = [
        shown({"text/html": "<section>69 %</section>", index.FINDINGS: found}),
        shown({"text/html": f"<p>{text}</p>"}),
        shown({"text/html": f"<p class='how-new'>{how_new}</p>"}),
    ]
    card = build(outputs("01_a", *markdown("# Q?"), *outputs_of)).find("li", "card")
    assert [" ".join(each.text.split()) for each in card.find_all("p")] == [
        "69 % Mined in Chinain 2025",
        "By No. 18 of 2025, China mined 69 %.",
        "Newest source: 8 October 2026",
    ]


def test_a_card_that_an_older_version_kept_is_made_anew(outputs):
    folder = outputs("01_a", *markdown("# Q?"))
    (folder / ".rareearth").mkdir()
    (folder / ".rareearth" / "01_a.card.json").write_text('{"name": "01_a"}')
    assert build(folder).find("li", "card").find(class_="title").text == "Q?"


def test_the_index_says_how_far_the_data_reach_and_what_is_past_due(tmp_path):
    read = {}
    for name in ("series", "sources"):
        path = library.data_folder() / f"{name}.csv"
        read[name] = pd.read_csv(path, dtype=str, keep_default_na=False)
    newest = read["sources"]["published"].max()
    due = read["series"]["next_expected"]
    late = read["series"][(due != "") & (due < newest)]
    tree = build(tmp_path)
    assert words.day(pd.Timestamp(newest)) in tree.find(class_="note").text
    told = [each.code.text for each in tree.select("#due li")]
    assert sorted(told) == sorted(late["series"])
    assert tree.find("a", href="#due")


def test_letters_of_a_small_picture_can_be_read_and_lie_apart():
    sizes = {"row": [f"plant number {n}" for n in range(9)], "value": range(9)}
    figure = charts.rows(pd.DataFrame(sizes), "A title that says it", "t", bars=True)
    data = base64.b64encode(to_svg(figure).encode()).decode()
    address = index.small("svg+xml", data)
    root = ET.fromstring(base64.b64decode(address.split(",")[1]))
    left, top, width, height = map(float, root.get("viewBox").split())
    boxes = []
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        if not text.text:
            continue
        size, x, y, length = (
            float(text.get(name)) for name in ("font-size", "x", "y", "textLength")
        )
        assert size * 286 / width >= 9  # pixels on the narrowest card
        boxes.append((x, y - 0.7 * size, x + length, y))
        assert left <= x
        assert x + length <= left + width
        assert top <= y <= top + height
    assert len(boxes) > 4
    for one, other in itertools.combinations(boxes, 2):
        apart = one[2] < other[0] or other[2] < one[0]
        assert apart or one[3] < other[1] or other[3] < one[1]


def test_the_index_keeps_the_promises_of_a_page(outputs):
    tree = build(outputs("a", *markdown("# Q?"), shown({"text/html": FIGURE})))
    policy = tree.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy["content"] == POLICY
    assert not tree.find("script")
    assert tree.html["lang"] == "en"
    assert len(tree.find_all("h1")) == 1


def test_the_index_lists_failures_and_marks_older_reports(outputs):
    outputs("a", *markdown("# Old?"))
    folder = outputs("a", *markdown("# Old?"), failure="cell 3 (x): <bad>")
    tree = build(folder)
    assert "The last run failed" in tree.find("li", class_="card").text
    (failed,) = tree.find("ul", class_="failed").find_all("li")
    assert "cell 3 (x): <bad>" in failed.text
    assert failed.a["href"] == "a.failed.ipynb"


def test_the_index_leaves_out_what_is_not_a_report(outputs, tmp_path):
    folder = outputs("a", *markdown("# Q?"))
    (tmp_path / "broken.ipynb").write_text("{")
    nbformat.write(new_notebook(), tmp_path / "foreign.ipynb")
    outputs("no-page", *markdown("# Q?"))
    (tmp_path / "no-page.html").unlink()
    assert len(build(folder).find_all("li", class_="card")) == 1


def test_the_index_of_an_empty_folder_says_so(tmp_path):
    assert "No report has been made yet." in build(tmp_path).main.text


def test_the_index_says_what_the_workbook_is_how_to_cite_it_and_where_the_data_are(
    tmp_path,
):
    tree = build(tmp_path)
    assert [each.text for each in tree.find_all("h2")] == [
        "The figures",
        "How to cite",
    ]
    assert f"version {rareearth.__version__}" in tree.main.text
    link = tree.find("a", string="data dictionary")["href"]
    assert (tmp_path / link).is_file()


def test_the_index_keeps_reports_with_other_parameters_apart(outputs):
    outputs("a", *markdown("# Usual?"))
    about = {"parameters": {"c": 1}, "changed": ["c"]}
    tree = build(outputs("a--c-1", *markdown("# Turned?"), **about))
    found = {each.text: each.find_next("li").text for each in tree.find_all("h2")[:2]}
    assert "Usual?" in found["The questions"]
    assert "Turned?" in found["With other parameters"]


def test_the_index_lists_the_sweeps(tmp_path):
    folder = tmp_path / "sweeps" / "01 shares"
    folder.mkdir(parents=True)
    head = "<title>Sweep: Who &lt;mines&gt;? - Rare Earth Workbook</title>"
    lead = '<p class="lead">4 runs of <code>01</code>, over <code>year</code></p>'
    (folder / "sweep.html").write_text(head + lead)
    (folder / "sweep.csv").write_text("year\n")
    (folder / "other.html").write_text(head)  # no table beside it
    (item,) = build(tmp_path).find("ul", class_="sweeps").find_all("li")
    assert item.a["href"] == "sweeps/01%20shares/sweep.html"
    assert item.text == "Who <mines>?4 runs of 01, over year"


def test_a_heading_with_nothing_under_it_is_dropped():
    cells = [
        *markdown("# Title", "## Prices"),
        new_code_cell("left_out('no prices')"),
        *markdown("### In yuan"),
        new_code_cell("pass"),
        *markdown("## Shares", "### By country"),
        shown({"text/html": "<p>China 70</p>"}),
        *markdown("## Nothing more", "## Method\n\nAs published."),
    ]
    text, tree = render(*cells)
    headings = [each.get_text() for each in tree.find("main").find_all(["h2", "h3"])]
    headings = [each for each in headings if each != "Contents"]
    assert headings == ["Shares", "By country", "Method"]
    assert "In yuan" not in text
    assert "Nothing more" not in text


# Files and citations

MADE_FROM = {
    "notebook": "03_refining_costs.ipynb",
    "package_version": "0.1.0",
    "parameters": {"producer": "MP Materials", "reference": "Baotou"},
    "vintage": {"as_of": "latest", "newest_source": "2026-10-08"},
}
SETTINGS = 'producer: str = "Lynas"  # whose\nreference: str = "Baotou"  # of whom'


def a_report(made_from=MADE_FROM, value="MP Materials"):
    """Return the tree of a page with one chart, made with these parameters."""
    cell = new_code_cell(SETTINGS, metadata={"tags": ["parameters"]})
    chart = shown(
        {
            "text/html": "<a download='chart-2.csv' href='data:text/csv,a'>CSV</a>"
            "<a download='mine.csv' href='data:text/csv,a'>CSV</a>"
        }
    )
    made_from = dict(made_from)
    if made_from:
        made_from["parameters"] = made_from["parameters"] | {"producer": value}
    _, tree = render(*markdown("# Which?"), cell, chart, rareearth=made_from)
    return tree


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("MP Materials", "03_refining_costs--chart-2--mp-materials--data-2026-10.csv"),
        ("Lynas", "03_refining_costs--chart-2--data-2026-10.csv"),
        (
            "China Northern Rare Earth and all its subsidiaries",
            "03_refining_costs--chart-2--china-northern-rare-earth-and-all-its"
            "--data-2026-10.csv",
        ),
    ],
)
def test_a_download_is_called_by_report_chart_parameters_and_date(value, name):
    links = a_report(value=value).main.find_all("a", download=True)
    assert [link["download"] for link in links] == [name, "mine.csv"]


def test_a_download_of_a_notebook_from_elsewhere_keeps_its_name():
    links = a_report({}).main.find_all("a", download=True)
    assert [link["download"] for link in links] == ["chart-2.csv", "mine.csv"]


def test_a_report_says_how_it_is_cited():
    tree = a_report(value="A_B & {C}")
    assert tree.find("p", class_="cite").text == (
        "Cite as: Rare Earth Workbook contributors: Which? Rare Earth Workbook, "
        "version 0.1.0, figures published by 2026-10-08, with producer = A_B & {C}."
    )
    assert "index.html" in [link["href"] for link in tree.footer.find_all("a")]
    assert tree.footer.find("pre").text == (
        "@misc{rareearth-03_refining_costs-2026-10-08,\n"
        "  author = {{Rare Earth Workbook contributors}},\n"
        "  title = {Which?},\n"
        "  year = {2026},\n"
        "  howpublished = {Rare Earth Workbook},\n"
        "  note = {version 0.1.0, figures published by 2026-10-08, with producer = "
        "A\\_B \\& \\{C\\}}\n}"
    )


def test_a_heading_has_a_link_to_itself_that_is_no_text():
    _, tree = render(*markdown("# Q?", "## First\n\nText.", "### Then\n\nMore."))
    assert tree.h1.a is None
    for heading in (tree.main.h2, tree.main.h3):
        link = heading.a
        assert link["href"] == f"#{heading['id']}"
        assert link["aria-label"] == f"Link to: {heading.text}"
        assert link.text == ""


def test_what_the_display_emits_is_what_the_page_and_the_index_read():
    assert (page.ABOUT, page.FINDINGS) == (ABOUT, FINDINGS)
    assert index.FINDINGS == FINDINGS
