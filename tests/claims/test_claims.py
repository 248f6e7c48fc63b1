"""All claims are there, each verdict rests on something, and follows the figures."""

import csv
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from rareearth.claims import audit as claims
from rareearth.claims import bindings
from rareearth.claims.evidence import AGREEING, WRONG, Look
from rareearth.errors import DataError, NoFigures, ParameterError, UnknownName
from rareearth.figures import dictionaries, records

CURATED = dictionaries.folder()


@pytest.fixture(scope="module")
def listed():
    return records.claims()


@pytest.fixture(scope="module")
def view():
    return claims.look()


@pytest.fixture(scope="module")
def audited(listed, view):
    return claims.audit(listed, view)


@pytest.fixture(scope="module")
def then(listed, view):
    return claims.audit(listed, replace(view, as_of=claims.THEN))


def verdict(audited, claim_id):
    return audited.set_index("claim_id").loc[claim_id, "verdict"]


# What is there


def test_all_163_claims_are_present_with_article_and_location(listed):
    assert len(listed) == listed["claim_id"].nunique() == 163
    assert listed["article"].nunique() == 10
    assert (listed[["article", "location", "paraphrase", "fragment"]] != "").all(
        axis=None
    )


def test_no_paraphrase_repeats_its_fragment(listed):
    repeated = [
        row.claim_id for row in listed.itertuples() if row.fragment in row.paraphrase
    ]
    assert repeated == []


def test_at_least_60_claims_are_bound_to_a_computation(listed):
    assert (listed["found_by"] != "").sum() >= 60
    assert set(listed["found_by"]) - {""} <= set(bindings.WAYS)


def test_every_binding_finds_what_it_needs_today(listed, view):
    failed = {
        claim["claim_id"]: failure
        for _, claim in listed.iterrows()
        if (failure := claims.attempt(claim, view)[1])
    }
    assert failed == {}


def test_all_that_is_looked_up_exists(listed, view):
    ids = set(listed["evidence"].str.split(";").explode()) - {""}
    assert ids <= {*view.events["event_id"], *view.checks["check_id"]}


def test_every_verdict_has_a_source_or_a_computation(audited):
    assert (audited["by"] != "nothing").all()
    assert (audited["source_id"] != "").all()


def test_every_claim_has_a_written_check_with_a_reason():
    checks = records.claim_checks()
    assert set(checks["claim_id"]) == set(records.claims()["claim_id"])
    assert (checks["reasoning"].str.len() > 10).all()


# Known verdicts, from printed tables and hand arithmetic


@pytest.mark.parametrize(
    ("claim_id", "expected"),
    [
        ("C125", "supported"),  # 270,000 t: Mineral Commodity Summaries 2025, p. 145
        ("C135", "supported"),  # 48,355.7 t: customs
        ("C144", "misattributed"),  # 390,000 t is the world total of the same page
        ("C126", "outdated"),  # 270,000 / 240,000; 255,000 in the newer edition
        ("C110", "other_basis"),  # 62 percent of magnet rare earths
        ("C132", "contradicted"),  # -7.5 percent
        ("C017", "contradicted"),  # prices fell
        ("C155", "supported"),  # 8.0 / 84.5 - 1 = -90.5 percent
        ("C151", "other_basis"),  # 5,000 t of feed
        ("C009", "opinion"),
        ("C143", "not_checkable"),  # output of a mine is no test of an aim
        ("C063", "misattributed"),  # the figures are of the rules of April
        ("C049", "not_checkable"),  # no source names a US company
        ("C124", "not_checkable"),  # no table has output by mine
        ("C133", "not_checkable"),  # +10 to +114 percent, by product
        ("C077", "contradicted"),  # as C076: there is no duty to buy
        ("C020", "contradicted"),  # at most 7.6 percent
        ("C036", "roughly_supported"),  # 99 and 99.9 percent
        ("C082", "not_checkable"),  # nobody counts patents on refining
        ("C040", "roughly_supported"),  # 3,212 t in a quarter, 3,993 in the next
        ("C142", "misattributed"),  # the contract of 2022 with Lynas
    ],
)
def test_a_claim_gets_the_verdict_that_the_printed_figures_give(
    audited, claim_id, expected
):
    assert verdict(audited, claim_id) == expected


def test_chinas_share_is_computed_from_one_table(audited):
    # 270,000 of 380,000 t: Mineral Commodity Summaries 2026, p. 153.
    row = audited.set_index("claim_id").loc["C059"]
    assert row["found"] == pytest.approx(71.05, abs=0.01)


def test_on_the_day_of_the_digests_the_share_was_that_of_the_edition_before(then):
    # 270,000 of 390,000 t: Mineral Commodity Summaries 2025, p. 145.
    row = then.set_index("claim_id").loc["C059"]
    assert row["found"] == pytest.approx(69.23, abs=0.01)


def test_what_came_to_light_later_was_open_on_the_day(audited, then):
    # Exports of November 2025 were published in December.
    assert verdict(audited, "C012") == "roughly_supported"
    assert verdict(then, "C012") == "not_checkable"


def test_no_figure_of_later_date_is_used_for_the_day(view, then):
    published = view.sources["published"]
    used = {name for text in then["source_id"] for name in text.split(";") if name}
    late = [n for n in used if published[n][:7] > claims.THEN[:7]]
    timeless = then["written"].isin(["not_checkable", "opinion"])
    rest = {
        name for text in then.loc[timeless, "source_id"] for name in text.split(";")
    }
    assert set(late) <= rest


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("entity", "Japan"),  # not of Japan
        ("codes", "tariff"),  # no tariff
        ("period_start", pd.Timestamp("2025-10-31")),
    ],
)
def test_an_event_of_another_actor_kind_or_day_speaks_against(
    listed, view, column, value
):
    # The plan of the G7 came on 17 June 2025: Kyodo News of that day.
    plan = listed[listed["claim_id"] == "C103"].assign(
        entity="G7", period_end=pd.Timestamp("2025-10-31")
    )
    assert claims.audit(plan, view)["computed"].item() == "supported"
    changed = claims.audit(plan.assign(**{column: value}), view)
    assert changed["computed"].item() == "contradicted"
    assert changed["verdict"].item() == "disputed"


def test_the_weaker_of_computed_and_written_verdict_counts(audited):
    both = audited[(audited["computed"] != "") & (audited["written"] != "")]
    agree = both["computed"].isin(AGREEING) & both["written"].isin(AGREEING)
    weaker = both[agree & (both["computed"] != both["written"])]
    assert len(weaker)
    assert set(weaker["verdict"]) == {"roughly_supported"}


def test_the_score_tells_numbers_from_statements_and_forecasts(audited):
    counts = claims.by_kind(audited)
    assert list(counts.index) == list(claims.KINDS)
    assert counts["claims"].sum() == 163
    assert (counts["strict"] <= counts["lenient"]).all()
    rest = counts["lenient"] + counts["fail"] + counts["open"]
    assert list(rest) == list(counts["claims"])
    assert audited.set_index("claim_id").loc["C098", "kind"] == "attribution"
    assert audited.set_index("claim_id").loc["C072", "kind"] == "forecast"


def test_what_does_not_hold_says_what_would_be_right(audited):
    wrong = audited[audited["verdict"].isin(WRONG)]
    assert (wrong["corrected"] != "").all()
    assert not wrong["corrected"].str.contains("[{}]|nan", regex=True).any()


# A changed figure changes its verdict


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Return a function that changes one cell in a copy of the curated figures."""
    folder = tmp_path / "data"
    shutil.copytree(CURATED, folder, ignore=shutil.ignore_patterns("datapackage.json"))
    monkeypatch.setattr("rareearth.figures.dictionaries.folder", lambda: folder)

    def edit(file, column, value, **key):
        path = folder / file
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        (row,) = [r for r in rows if all(r[name] == text for name, text in key.items())]
        row[column] = value
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return edit


@pytest.mark.parametrize(
    ("claim_id", "file", "value", "key", "expected"),
    [
        (
            "C132",
            "trade.csv",
            "27",
            {
                "series": "magnet_exports_change",
                "source_id": "telegraphindia-2025-09",
                "period_start": "2025-01-01",
            },
            "supported",
        ),
        (
            "C155",
            "companies.csv",
            "80.0",
            {"series": "net_profit", "source_id": "middle-fy25a", "entity": "Lynas"},
            "contradicted",
        ),
        (
            "C114",
            "claim_checks.csv",
            "70",
            {"check_id": "C114-1"},
            "supported",
        ),
    ],
)
def test_changing_one_figure_changes_the_verdict_that_rests_on_it(
    edited, audited, claim_id, file, value, key, expected
):
    before = audited.set_index("claim_id").loc[claim_id, "computed"]
    assert before != expected
    edited(file, "value", value, **key)
    one = claims.audit(
        records.claims().query("claim_id == @claim_id"), claims.look()
    ).iloc[0]
    assert one["computed"] == expected
    assert one["verdict"] == "disputed"  # the written check stays as it was


# Computed and written verdicts


def test_each_difference_of_computed_and_written_verdict_is_explained(audited):
    found = claims.differing(audited)[["claim_id", "computed", "written"]]
    explained = records.read("claim_differences")[["claim_id", "computed", "written"]]
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True),
        explained.reset_index(drop=True),
        check_dtype=False,
    )


# What goes wrong stays with its claim


def broken(look, ask):
    raise ZeroDivisionError("by nothing")


def test_a_computation_that_fails_says_so_and_the_audit_goes_on(listed, monkeypatch):
    view = claims.look()
    monkeypatch.setitem(bindings.WAYS, "growth", broken)
    two = listed[listed["claim_id"].isin(["C126", "C127"])]
    result = claims.audit(two, view)
    row = result.set_index("claim_id").loc["C126"]
    assert "the computation failed: ZeroDivisionError" in row["because"]
    assert row["by"] == "written check"
    assert verdict(result, "C127") == "supported"


def test_a_claim_that_nothing_settles_says_so(listed, view):
    early = replace(view, as_of="2010-01-01")
    row = claims.audit(listed.head(1).assign(found_by=""), early).iloc[0]
    assert row["verdict"] == "not_checkable"
    assert row["because"] == claims.NOT_THEN


def test_what_was_read_later_is_not_told_on_the_day(listed, view):
    # Pork of 10 November 2025: the digest is of 3 November.
    pork = listed[listed["claim_id"] == "C010"]
    now = claims.why(claims.audit(pork, view).iloc[0])
    then = claims.why(claims.audit(pork, replace(view, as_of=claims.THEN)).iloc[0])
    assert "10 November" in now.replace("\N{NO-BREAK SPACE}", " ")
    assert then.lower().startswith(claims.NOT_THEN)


# Forecasts


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2025-11-03", "not due until 31 October 2027"),
        ("2028-01-01", "was due by 31 October 2027"),
    ],
)
def test_a_forecast_knows_whether_it_is_due(listed, as_of, words):
    forecast = listed.set_index("claim_id").loc["C098"]
    told = claims.state(forecast, pd.Timestamp(as_of))
    assert told.replace("\N{NO-BREAK SPACE}", " ") == words


# Choices


@pytest.mark.parametrize(
    ("digest", "topic", "message"),
    [
        ("digest-11", "all", "unknown digest: 'digest-11'; did you mean"),
        ("all", "money", "all has no claims on money; it has capacity, company"),
        (
            "digest-07",
            "price",
            "digest-07 has no claims on price; it has policy",
        ),
        ("own", "all", "needs a list of claims; run  rareearth audit my_claims.csv"),
    ],
)
def test_a_wrong_choice_names_the_right_ones(digest, topic, message):
    with pytest.raises((ParameterError, UnknownName), match=message):
        claims.gather(digest, topic)


def test_a_wrong_date_is_refused_before_anything_is_read():
    with pytest.raises(ParameterError, match="is not 'latest' or an ISO date"):
        claims.look("soon")


def test_claims_can_be_asked_for_by_date():
    assert len(records.claims(as_of="2025-11-02")) == 44  # digests 09 and 10
    with pytest.raises(NoFigures, match="no such claims had been made by 2025-01-01"):
        records.claims(as_of="2025-01-01")


def test_a_look_says_which_step_left_nothing(view):
    with pytest.raises(NoFigures, match="entity and product; it has Australia"):
        view.printed("mine_production", "Lynas")
    with pytest.raises(NoFigures, match="there are figures for 1994 to 20"):
        view.printed("mine_production", "China", start=1950, end=1951)
    with pytest.raises(NoFigures, match="were published by 1999-01-01"):
        replace(view, as_of="1999-01-01").printed(
            "mine_production", "China", start=2024
        )
    with pytest.raises(NoFigures, match="on this basis"):
        view.printed("mine_production", "China", codes="gross")
    assert isinstance(view, Look)


# The tables of claims keep their rules


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "quantity",
            "share_of_moon",
            "claims.csv:2: quantity: unknown quantity 's",
        ),
        ("article", "digest-99", "claims.csv:2: article: unknown article 'digest-99'"),
        ("topic", "weather", "claims.csv:2: topic: unknown topic 'weather'"),
        ("qualifier", "sure", "claims.csv:2: qualifier: unknown qualifier 'sure'"),
        ("low", "9", "claims.csv:2: low: low 9 is above high 4"),
        ("high", "four", "claims.csv:2: high: 'four' is not a number"),
        ("unit", "days", "claims.csv:2: unit: 'days' is not the unit of leaders_meet"),
        ("unit", "", "claims.csv:2: unit: is empty; a number needs its unit"),
        ("due", "2027", "claims.csv:2: due: '2027' is not a date"),
        ("series", "moonshine", "claims.csv:2: series: unknown series 'moonshine'"),
        ("codes", "REO;gros", "claims.csv:2: codes: unknown codes 'gros'"),
        ("counts", "most", "claims.csv:2: counts: unknown counts 'most'"),
        ("at_least", "half", "claims.csv:2: at_least: 'half' is not a number"),
        ("location", "", "claims.csv:2: location: is empty; every row needs it"),
        ("fragment", "word " * 13, "claims.csv:2: fragment: has more than 12 words"),
    ],
)
def test_a_broken_claim_is_refused_by_line(edited, column, value, message):
    edited("claims.csv", column, value, claim_id="C001")
    with pytest.raises(DataError) as error:
        records.claims()
    assert str(error.value).startswith(message)


def test_an_id_that_stands_twice_is_refused(edited):
    edited("claims.csv", "claim_id", "C001", claim_id="C002")
    with pytest.raises(DataError, match="the same claim_id as line 2: C001"):
        records.claims()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("verdict", "true", "unknown verdict 'true'; one of"),
        ("source_id", "nobody", "unknown source_id 'nobody'"),
        ("reasoning", "", "reasoning: is empty; every row needs it"),
        ("check_id", "C009-1b", "is not the claim_id with a number"),
    ],
)
def test_a_broken_check_is_refused(edited, column, value, message):
    edited("claim_checks.csv", column, value, check_id="C001-1")
    with pytest.raises(DataError, match=message):
        records.claim_checks()
