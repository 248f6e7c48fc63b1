"""What is shown is safe to open, described for all readers, and always the same."""

import csv
import io
import json
import re
from urllib.parse import unquote

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from rareearth.charts import canvas
from rareearth.display import output as display
from rareearth.figures import loading as figures

ATTACK = "<script>alert('x')</script> \"quoted\" & more"
ALT = "Bar chart of tonnes mined per country; China leads in 2024."


@pytest.fixture
def shown(curated, monkeypatch):
    """Return the list of what gets displayed, with the small data package."""
    bundles = []
    monkeypatch.setattr(display, "display", lambda bundle, raw: bundles.append(bundle))
    display.reset()
    yield bundles
    display.reset()
    plt.close("all")


def figure(title="China leads"):
    """Return a drawn chart."""
    drawn, axes = canvas(title)
    axes.plot([1, 2], [3, 4])
    return drawn


DATA = pd.DataFrame({"entity": ["China"], "value": [270_000.0]})
USED = pd.DataFrame({"source_id": ["mcs-2026", "mcs-2025", "mcs-2026"]})


# Text from data stays text


def show_attack():
    data = pd.DataFrame({ATTACK: [ATTACK], "value": [1.0]})
    display.show(figure(ATTACK), data, alt=f"{ALT} {ATTACK}")


SHOWS = {
    "say": lambda: display.say(f"**{ATTACK}** {ATTACK}"),
    "findings": lambda: display.findings([(ATTACK, ATTACK, ATTACK)]),
    "table": lambda: display.table(pd.DataFrame({ATTACK: [ATTACK]}), ATTACK),
    "show": show_attack,
}


@pytest.mark.parametrize("act", SHOWS.values(), ids=SHOWS)
def test_markup_in_text_is_shown_and_not_run(shown, act):
    act()
    html = shown[0]["text/html"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert " & more" not in html


ATTRIBUTE = re.compile(r"<[a-z]+((?:\s+[a-z:-]+(?:=(?:'[^'<>]*'|\"[^\"<>]*\"))?)*)\s*>")


@pytest.mark.parametrize("act", SHOWS.values(), ids=SHOWS)
def test_a_quote_in_text_ends_no_attribute(shown, act):
    act()
    html = shown[0]["text/html"]
    tags = re.findall(r"<[a-z][^>]*>", html)
    assert [tag for tag in tags if not ATTRIBUTE.fullmatch(tag)] == []


def test_a_source_is_cited_and_listed_as_text(shown, curated):
    names = dict.fromkeys(["title", "publisher", "short", "terms"], ATTACK)
    curated.edit("sources.csv", row=0, **names)
    cited = display.cite(USED)
    display.bibliography()
    for html in (cited, shown[0]["text/html"]):
        assert "<script" not in html
        assert "&lt;script&gt;" in html


def test_a_name_of_a_source_ends_no_attribute(shown, curated):
    name = "x' onclick='alert(1)"
    curated.edit("sources.csv", row=0, source_id=name)
    cited = display.cite(pd.DataFrame({"source_id": [name]}))
    display.bibliography()
    assert name not in cited
    assert name not in shown[0]["text/html"]


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://usgs.gov/a'b", True),
        ("http://usgs.gov", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(shown, curated, url, is_link):
    curated.edit("sources.csv", row=0, url=url)
    display.cite(USED.iloc[[1]])
    display.bibliography()
    html = shown[0]["text/html"]
    assert ("<a href=" in html) == is_link
    assert "javascript" not in html
    assert "a'b" not in html


def test_a_sentence_may_be_bold_and_nothing_else(shown):
    display.say("**China** mines *most* of <b>it</b>")
    assert shown[0]["text/html"] == (
        "<p><strong>China</strong> mines *most* of &lt;b&gt;it&lt;/b&gt;</p>"
    )
    assert shown[0]["text/plain"] == "**China** mines *most* of <b>it</b>"


# The table and the CSV file behind a chart


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("\r=1", "' =1"),
        ("a\r=1", "a =1"),
        ("China", "China"),
        (-5.5, "-5.5"),
        (None, ""),
        (float("nan"), ""),
        (pd.NaT, ""),
        (pd.Timestamp(2024, 12, 31), "2024-12-31"),
        ('a "b", c', 'a "b", c'),
    ],
)
def test_no_cell_becomes_a_formula(cell, written):
    frame = pd.DataFrame({"cell": pd.Series([cell], dtype=object), "x": 1})
    rows = list(csv.reader(io.StringIO(display.to_csv(frame), newline="")))
    assert rows == [["cell", "x"], [written, "1"]]


def test_no_heading_becomes_a_formula():
    assert display.to_csv(pd.DataFrame({"=A1": [1]})) == "'=A1\n1\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1 / 3, "0.333333"),
        (-2 / 3, "-0.666667"),
        (0.1 + 0.2, "0.3"),
        (2e-7 / 3, "6.66667e-08"),
        (10 / 3, "3.33333"),
        (1e8 / 3, "33333333.0"),
        (270_000.0, "270000.0"),
        (58.849691529326, "58.8497"),
        (123456.789012, "123456.789012"),
        (0.123456789, "0.123456789"),
        (float("-inf"), "-inf"),
        (0.0, "0.0"),
        (12345678901234567, "12345678901234567"),
    ],
)
def test_only_what_was_computed_is_rounded_in_a_download(value, written):
    frame = pd.DataFrame({"value": pd.Series([value])})
    assert display.to_csv(frame) == f"value\n{written}\n"


def test_a_table_can_be_read_aloud(shown):
    frame = pd.DataFrame({"Country": ["China"], "Output (t)": [270_000.0]})
    display.table(frame, "Mine production in 2024")
    html = shown[0]["text/html"]
    assert "<caption>Mine production in 2024</caption>" in html
    assert html.count("<th scope='col'") == 2
    assert "<th scope='row'>China</th>" in html
    assert "<td class='num'>270,000</td>" in html
    assert "tabindex='0'" in html and "aria-label='Mine production in 2024'" in html


@pytest.mark.parametrize(
    ("column", "value", "printed"),
    [
        ("t", 270_000, "270,000"),
        ("t", 1_234.0, "1,234"),
        ("t", 0.123456, "0.1235"),
        ("Year", 2024, "2024"),
        ("known", True, "yes"),
        ("known", False, "no"),
        ("t", float("nan"), ""),
        ("t", None, ""),
        ("t", float("inf"), "inf"),
        ("day", pd.Timestamp(2024, 12, 31), "2024-12-31"),
        ("day", pd.NaT, ""),
    ],
)
def test_a_cell_is_printed_for_readers(shown, column, value, printed):
    frame = pd.DataFrame({"Country": ["China"], column: [value]})
    display.table(frame, "Mine production")
    cell = re.search(r"<td[^>]*>(.*?)</td>", shown[0]["text/html"]).group(1)
    assert cell == printed


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (-7.5, None, "\N{MINUS SIGN}7.5"),
        (-11_500, None, "\N{MINUS SIGN}11,500"),
        (-0.029, "{:+.1%}", "\N{MINUS SIGN}2.9%"),
        (-2e-8, None, "\N{MINUS SIGN}2e-08"),
        ("-7.5", None, "-7.5"),
        (pd.Timestamp(2024, 12, 31), None, "2024-12-31"),
    ],
)
def test_a_negative_number_has_a_true_minus_sign_and_text_stays_as_it_is(
    shown, value, form, text
):
    frame = pd.DataFrame({"name": ["a"], "x": [value]})
    display.table(frame, "Caption", {"x": form} if form else None)
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", shown[0]["text/html"])
    assert cells == [text]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2024-12-31", "2025-01", ""], "date"),
        ([pd.Timestamp(2024, 12, 31), pd.NaT], "date"),
        (["2024-12-31", "2024-12-31 to 2025-01-31"], None),
        (["", ""], None),
        ([None, None], None),
        (["2024"], None),
        ([True, False], None),
        ([1, 2], "num"),
    ],
)
def test_a_column_has_the_class_of_what_all_its_cells_are(shown, values, kind):
    frame = pd.DataFrame({"name": ["a"] * len(values), "x": values})
    display.table(frame, "Caption")
    cells = re.findall(r"<td([^>]*)>", shown[0]["text/html"])
    assert set(cells) == {f" class='{kind}'" if kind else ""}


def test_a_column_may_have_a_format_of_its_own(shown):
    frame = pd.DataFrame({"Country": ["China"], "Share": [0.7105]})
    display.table(frame, "Shares", {"Share": "{:.0%}"})
    assert "<td class='num'>71%</td>" in shown[0]["text/html"]


# Charts


def picture(html):
    """Return the picture that is embedded in a page."""
    return unquote(re.search('src="data:image/svg.xml,([^"]+)"', html)[1])


def download(html):
    """Return the CSV file that is embedded in a page."""
    found = re.search("href='data:text/csv;charset=utf-8,([^']+)'", html)
    return unquote(found.group(1))


def rows_of(html):
    return list(csv.DictReader(io.StringIO(download(html))))


def test_a_chart_carries_its_description_picture_and_data(shown):
    display.show(figure(), DATA, ALT, used=USED)
    html = shown[0]["text/html"]
    assert f"<img alt='{ALT}'" in html
    assert shown[0]["text/plain"] == ALT
    assert "<svg" in picture(html)
    head, row = csv.DictReader(io.StringIO(download(html))).fieldnames, rows_of(html)
    assert head == [*DATA, *"unit basis source address locator rests_on".split()]
    assert (row[0]["entity"], row[0]["value"]) == ("China", "270000.0")
    assert "<caption>China leads</caption>" in html
    assert "download='chart-1.csv'" in html


def test_the_unit_of_a_download_stands_on_one_line(shown):
    broken = figure()
    broken.axes[0].set_ylabel("output, broken\nfor its place")
    display.show(broken, DATA, ALT, used=USED)
    assert rows_of(shown[0]["text/html"])[0]["unit"] == "output, broken for its place"


def test_a_chart_names_the_sources_of_its_data(shown):
    display.show(figure(), DATA.assign(source_id="mcs-2025"), ALT)
    assert "<a href='#source-mcs-2025'" in shown[0]["text/html"]
    assert "<th scope='col'>source_id" not in shown[0]["text/html"]


def test_the_same_figure_gives_the_same_bytes(shown):
    for _ in range(2):
        display.reset()
        display.show(figure(), DATA, ALT)
    assert shown[0] == shown[1]


def test_a_picture_has_no_date_and_no_maker(shown):
    display.show(figure(), DATA, ALT)
    drawn = picture(shown[0]["text/html"])
    assert "<dc:date>" not in drawn
    assert "Matplotlib v" not in drawn


def test_a_chart_is_closed_once_it_is_shown(shown):
    before = plt.get_fignums()
    display.show(figure(), DATA, ALT)
    assert plt.get_fignums() == before


@pytest.mark.parametrize(
    ("rows", "shown_rows", "note"),
    [
        (display.MOST_ROWS, display.MOST_ROWS, ""),
        (display.MOST_ROWS + 1, 10, "21 more rows are in the CSV file."),
    ],
)
def test_a_long_table_is_cut_and_says_so(shown, rows, shown_rows, note):
    data = pd.DataFrame({"year": range(rows), "value": 1.0})
    display.show(figure(), data, ALT)
    html = shown[0]["text/html"]
    assert html.count("</tr>") == shown_rows + 1
    assert ("more rows" in html) == bool(note)
    assert note in html
    assert len(download(html).splitlines()) == rows + 1


def test_a_download_keeps_every_character_and_is_a_plain_address(shown):
    text = "".join(map(chr, [*range(32, 127), 0xA0, 0xE9, 0x4E2D, 0x1F600]))
    display.show(figure(), pd.DataFrame({"text": ["b\nc" + text]}), ALT)
    html = shown[0]["text/html"]
    assert rows_of(html)[0]["text"] == "b\nc" + text
    address = re.search("href='(data:text/csv[^']+)'", html).group(1)
    assert not re.search(r"[\x00-\x1f\"#&<>\\^`{|}]", address)


@pytest.mark.parametrize(
    ("title", "data", "alt", "message"),
    [
        ("China leads", DATA, "A chart", "describe the figure: kind, axes and what it"),
        ("China leads", DATA, "", "describe the figure"),
        ("", DATA, ALT, "a chart needs a title that says its finding"),
        ("China leads", DATA.iloc[:0], ALT, "the chart has no data; say in words what"),
    ],
    ids=["short description", "no description", "no title", "no data"],
)
def test_a_chart_that_does_not_explain_itself_is_refused(
    shown, title, data, alt, message
):
    with pytest.raises(ValueError, match=message):
        display.show(figure(title), data, alt)
    assert shown == []


# Sources


def numbers(html):
    return [int(number) for number in re.findall(r">(\d+)</a>", html)]


def test_a_source_keeps_its_number_in_the_whole_report(shown):
    first = display.cite(USED.iloc[[0]])
    both = display.cite(USED)
    assert numbers(first) == [1]
    assert numbers(both) == [1, 2]
    assert "USGS, May 2026<sup><a href='#source-mcs-2026'>1</a></sup>" in both
    assert "#source-mcs-2025'" in both


def test_the_bibliography_lists_each_cited_source_once_in_order(shown):
    display.cite(USED)
    display.cite(USED)
    display.bibliography()
    html = shown[0]["text/html"]
    items = re.findall(r"<li id='source-([^']+)' value='(\d)'>", html)
    assert items == [("mcs-2026", "1"), ("mcs-2025", "2")]
    assert "Terms: public domain." in html


def test_a_row_of_two_sources_gives_its_place_to_that_of_the_figure_alone(shown):
    loaded = figures.load("mine_production", "China", start=2024, end=2024)
    (own,), (place,) = loaded["source_id"], loaded["locator"]
    other = next(name for name in ("mcs-2026", "mcs-2025") if name != own)
    display.say("A ratio.", used=loaded.assign(source_id=f"{own};{other}"))
    display.bibliography()
    entries = shown[-1]["text/html"].split("<li ")[1:]
    told = {re.search("source-([^']+)", each)[1]: each for each in entries}
    assert f"Where: {place}" in told[own]
    assert "Where:" not in told[other]


def how_new(shown):
    return re.search("<p class='how-new'>(.*?)</p>", shown[-1]["text/html"])[1]


def mined(*ends):
    days = pd.to_datetime(list(ends))
    return pd.DataFrame({"series": "mine_production", "period_end": days})


@pytest.mark.parametrize(
    ("next_expected", "late"),
    [
        ("2026-04-30", " (past due: the next was expected by 30\xa0April 2026)"),
        ("2026-06-30", ""),  # after the newest source, of May 2026
        ("", ""),  # of a series that does not appear regularly
    ],
)
def test_a_report_says_how_new_it_is_and_what_is_past_due(
    shown, curated, next_expected, late
):
    often = "365" if next_expected else ""
    curated.edit("series.csv", row=0, period_days=often, next_expected=next_expected)
    display.cite(USED)
    display.bibliography(mined("2023-12-31", "2024-12-31"))
    assert how_new(shown) == (
        "Newest source of this report: May 2026. "
        f"Main series: Mine production, to 31\xa0December 2024{late}."
    )


def test_what_was_printed_later_is_not_the_newest_source_of_a_day(shown):
    display.cite(USED)
    display.bibliography(mined(), as_of="2025-11-03")
    assert how_new(shown) == "Newest source of this report: 31\xa0January 2025."


def test_a_source_without_known_terms_says_so(shown, curated):
    curated.edit("sources.csv", row=0, terms="not stated")
    display.cite(USED)
    display.bibliography()
    assert shown[-1]["text/html"].count("Terms unknown.") == 1


def test_a_bibliography_of_nothing_is_refused(shown):
    with pytest.raises(ValueError, match="nothing was cited; show charts and tables"):
        display.bibliography()


def test_numbers_start_again_after_a_reset(shown):
    display.cite(USED.iloc[[0]])
    display.reset()
    assert numbers(display.cite(USED.iloc[[1]])) == [1]


def test_the_sources_of_a_table_stand_under_it(shown):
    display.table(DATA, "Mine production", used=USED)
    table, _, note = shown[0]["text/html"].partition("</table>")
    assert "Sources" not in table
    assert numbers(note) == [1, 2]


def test_key_findings_are_kept_as_data(shown):
    display.findings([("Share of China", "71 %", "69 % to 71 %")])
    rows = shown[0][display.FINDINGS]
    assert rows == [
        {"label": "Share of China", "value": "71 %", "range": "69 % to 71 %"}
    ]
    assert json.loads(json.dumps(rows)) == rows
    assert "aria-label='Key findings'" in shown[0]["text/html"]


def test_everything_shown_has_a_form_without_html(shown):
    display.say("China leads")
    display.findings([("Share of China", "71 %", "2024")])
    display.table(DATA, "Mine production")
    display.show(figure(), DATA, ALT)
    assert all("<" not in bundle["text/plain"] for bundle in shown)


def test_a_fold_gathers_what_is_shown_inside_it(shown):
    with display.fold("All inputs <3>"):
        display.say("One & two.")
        display.table(pd.DataFrame({"Input": ["ore"], "Value": [1]}), "Inputs")
    (bundle,) = shown
    html = bundle["text/html"]
    assert html.startswith("<details class='fold'><summary>All inputs &lt;3&gt;<")
    assert html.index("One &amp; two.") < html.index("<table>")
    assert html.endswith("</details>")


def test_a_fold_without_anything_inside_is_not_there(shown):
    with display.fold("Nothing"):
        pass
    assert shown == []


def test_what_is_left_out_is_told_once_with_its_reasons(shown):
    display.left_out()
    assert shown == []
    display.left_out("quota beside output: no quota had been published by then")
    display.left_out("magnets: no figures")
    display.left_out("magnets: no figures")
    display.left_out()
    assert shown[-1]["text/plain"] == (
        "Left out here: quota beside output: no quota had been published by then; "
        "magnets: no figures."
    )


# From a number to its place


MINED = "mine_production"


def loaded(**choice):
    return figures.load(MINED, variants="all", **choice)


def marks(html):
    """Return the heading of each row with the numbers of its sources."""
    rows = re.findall("<th scope='row'>(.*?)</th>", html)
    return {re.sub("<sup>.*", "", row): numbers(row) for row in rows}


def test_each_row_of_a_table_is_marked_with_the_source_of_its_number(shown):
    frame = pd.DataFrame(
        {
            "Country": ["China", "Australia", "Lynas", "World"],
            "t": [270_000, 29_000, 29_000.5, 0.0],
        }
    )
    display.table(frame, "Mine production", used=loaded())
    table, _, note = shown[0]["text/html"].partition("</table>")
    assert marks(table) == {
        "China": [1],
        "Australia": [2],
        "Lynas": [],
        "World": [],
    }
    first, second = re.findall("#source-([^']+)'>([12])<", note)
    assert dict([first[::-1], second[::-1]]) == {"1": "mcs-2025", "2": "mcs-2026"}


def test_a_row_that_names_its_sources_is_marked_with_them_alone(shown):
    frame = pd.DataFrame(
        {"Country": ["China", "World"], "source_id": ["mcs-2026", "mcs-2025;mcs-2026"]}
    )
    display.table(frame, "Mine production", used=frame)
    html = shown[0]["text/html"]
    assert marks(html) == {"China": [1], "World": [1, 2]}
    assert "source_id" not in html


def test_a_row_of_data_leads_to_document_and_page(shown):
    data = pd.DataFrame({"year": 2024, "entity": ["Australia"], "value": [29_000.0]})
    display.show(figure(), data, ALT, used=loaded())
    (row,) = rows_of(shown[0]["text/html"])
    assert row == {
        "year": "2024",
        "entity": "Australia",
        "value": "29000.0",
        "unit": "t",
        "basis": "REO",
        "source": "USGS, Summaries 2026 (2026-05)",
        "address": "https://usgs.gov/2026",
        "locator": "p. 153",
        "rests_on": "figure",
    }


@pytest.mark.parametrize(
    ("used", "assumed", "rests_on"),
    [
        (True, None, "figures"),
        (True, [1], "both"),
        (False, [1], "assumptions"),
        (True, [], "figures"),
    ],
)
def test_a_computed_row_says_what_it_rests_on(shown, used, assumed, rests_on):
    data = pd.DataFrame({"entity": ["Australia"], "value": [123.5]})
    drawn, axes = canvas("Cost")
    axes.set_ylabel("USD/kg")
    display.show(
        drawn,
        data,
        ALT,
        used=loaded() if used else None,
        assumed=None if assumed is None else pd.DataFrame({"value": assumed}),
    )
    (row,) = rows_of(shown[0]["text/html"])
    assert (row["rests_on"], row["unit"], row["locator"]) == (rests_on, "USD/kg", "")


def test_what_data_say_of_themselves_stays(shown):
    data = pd.DataFrame({"value": [1.5], "unit": "kg", "rests_on": "assumption"})
    display.show(figure(), data, ALT, used=loaded())
    (row,) = rows_of(shown[0]["text/html"])
    assert (row["unit"], row["rests_on"]) == ("kg", "assumption")


def test_three_sources_are_named_and_the_others_folded(shown, curated):
    for number in range(5):
        curated.add(
            "sources.csv",
            **curated.rows("sources.csv")[1][0]
            | {"source_id": f"new-{number}", "short": f"Paper {number}"},
        )
    names = ["new-4", "new-4", *(f"new-{number}" for number in range(4))]
    said, _, folded = display.cite(pd.DataFrame({"source_id": names})).partition("</p>")
    assert re.findall(r"Paper \d", said) == ["Paper 4", "Paper 0", "Paper 1"]
    assert "and 2 more" in said
    assert folded.startswith("<details class='fold'><summary>2\xa0more sources<")
    assert re.findall(r"Paper \d", folded) == ["Paper 2", "Paper 3"]


def test_the_list_says_where_in_a_source_the_numbers_stand(shown):
    display.cite(loaded())
    display.bibliography()
    html = shown[0]["text/html"]
    first, second = re.findall("<li .*?</li>", html)
    assert "Where: p. 145. Confidence: primary. Terms: public domain." in first
    assert "Where: p. 153." in second


def test_all_figures_that_were_used_can_be_downloaded(shown):
    display.cite(loaded(entity="Australia"))
    display.bibliography()
    first, second = rows_of(shown[0]["text/html"])
    assert [first["figure_id"], second["figure_id"]] == ["mine-1", "mine-5"]
    assert second == {
        "figure_id": "mine-5",
        "series": MINED,
        "entity": "Australia",
        "product": "REO",
        "period_start": "2024-01-01",
        "period_end": "2024-12-31",
        "value": "29000.0",
        "unit": "t",
        "basis": "REO",
        "source": "USGS (2026-05)",
        "address": "https://usgs.gov/2026",
        "locator": "p. 153",
        "confidence": "primary",
    }


@pytest.mark.parametrize(
    ("via", "is_shown"),
    [
        ("", True),
        ("public copy of the page, read 2026-11-28", True),
        ("GitHub someone/fork (unchanged PDF)", True),  # the address is the publisher's
        ("copy seen at example.com (unrelated host, not linked)", False),
        ("git mirror, commit 17b328d2", False),
        ("journal page mirror", False),
        ("reprint", False),
        ("issuu and other copies", False),
    ],
)
def test_a_host_that_holds_a_copy_is_no_address(shown, curated, via, is_shown):
    curated.edit("sources.csv", row=1, via=via)
    display.cite(USED.iloc[[0]])
    display.bibliography()
    html = shown[0]["text/html"]
    assert ("<a href='https://" in html) == is_shown
    assert "someone" not in html and "example.com" not in html


def test_sentences_and_findings_are_marked_with_their_sources(shown):
    used = loaded(entity="China")
    display.say("China leads.", used=used)
    display.findings([("China", "270,000 t", "2024", used), ("World", "x", "y")])
    said, panel = (bundle["text/html"] for bundle in shown)
    mark = "<sup><a href='#source-mcs-2025'>1</a></sup>"
    assert said == f"<p>China leads.{mark}</p>"
    assert panel.count("<sup>") == 1
    assert f"2024{mark}</dd>" in panel


def test_a_sentence_may_lead_to_another_notebook_and_nowhere_else(shown):
    display.say("See [costs](03_refining_costs.ipynb) and [x](javascript:1).")
    html = shown[-1]["text/html"]
    assert "<a href='03_refining_costs.ipynb'>costs</a>" in html
    assert html.count("<a ") == 1


def test_what_is_told_beside_a_page_is_told_from_a_fold_as_well(shown):
    with display.fold("more"):
        display.findings([("a", "1", "b")])
    assert shown[-1][display.FINDINGS]
    assert shown[-1]["text/html"].startswith("<details class='fold'>")
