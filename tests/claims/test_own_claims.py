"""A list of claims of one's own is checked row by row, and tells what is wrong."""

import json
import time

import pytest

from rareearth.claims import audit as claims
from rareearth.claims import own as own_claims
from rareearth.commands.main import main
from rareearth.errors import DataError
from rareearth.figures import dictionaries, records

HEAD = "claim_id,article,subject,quantity,product,period_start,period_end,value,unit"
MINED = "mine_production,REO,2024-01-01,2024-12-31"


@pytest.fixture
def memo(tmp_path):
    """Return a function that writes a list of claims."""

    def write(*lines, head=HEAD):
        path = tmp_path / "my_claims.csv"
        path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def audit(memo, tmp_path, monkeypatch):
    """Return a function that audits lines of claims, indexed by their ids."""

    def check(*lines, **more):
        mine = own_claims.read(memo(*lines, **more))
        found = claims.audit(mine, claims.look())
        return found.set_index("claim_id")

    return check


def test_a_number_of_the_survey_is_supported_and_another_is_not(audit):
    # United States 2024: 45,500 t, Mineral Commodity Summaries 2026, p. 153.
    found = audit(
        f"a,Memo,United States,{MINED},45500,t", f"b,Memo,United States,{MINED},60000,t"
    )
    assert list(found["verdict"]) == ["supported", "contradicted"]
    assert found.loc["b", "found"] == 45_500


def test_a_share_is_computed(audit):
    # 270,000 of 380,000 t: Mineral Commodity Summaries 2026, p. 153.
    found = audit(
        "a,Memo,China,share_of_world_mining,,2024-01-01,2024-12-31,71,percent"
    )
    assert found.loc["a", "found"] == pytest.approx(71.05, abs=0.01)
    assert found.loc["a", "verdict"] == "supported"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "a,Memo,China,mine_output,REO,,,1,t",
            "unknown quantity 'mine_output'",
        ),
        (f"a,Memo,Chna,{MINED},1,t", "unknown subject: 'Chna'; did you mean 'China'"),
        (
            f"a,Memo,China,{MINED},1,km",
            "'km' is not the unit of mine_production",
        ),
        (f"a,Memo,China,{MINED},much,t", "'much' is not a number"),
        (
            "a,Memo,China,mine_production,REO,1950-01-01,1950-12-31,1,t",
            "in this period; there are figures for 1994 to 20",
        ),
        (
            "a,Memo,China,mine_production,REO,2024-12-31,2024-01-01,1,t",
            "period_end: 2024-01-01 is before period_start",
        ),
        (
            "a,Memo,Lynas,reserve_rank,,,,1,rank",
            "'reserve_rank' has no computation",
        ),
        (
            "a,Memo,USGS reference,oxide_price_annual,,,,1,USD/kg",
            "name a product",
        ),
    ],
)
def test_a_claim_that_cannot_be_checked_says_why_and_the_others_go_on(
    audit, line, reason
):
    found = audit(line, f"good,Memo,China,{MINED},270000,t")
    assert found.loc["a", "verdict"] == "not_checkable"
    assert reason in found.loc["a", "because"]
    assert found.loc["good", "verdict"] == "supported"


def test_a_range_the_wrong_way_round_is_named(audit):
    found = audit(
        "a,China,mine_production,t,,9,4",
        head="claim_id,subject,quantity,unit,value,low,high",
    )
    assert "low 9 is above high 4" in found.loc["a", "because"]


def test_an_id_used_twice_is_named_and_both_claims_are_shown(audit):
    line = f"a,Memo,China,{MINED},270000,t"
    found = audit(line, line)
    assert list(found.index) == ["a", "a (2)"]
    assert list(found["verdict"]) == ["supported", "not_checkable"]
    assert "the same claim_id as line 2" in found.loc["a (2)", "because"]


@pytest.mark.parametrize(
    ("head", "lines", "message"),
    [
        (HEAD, [], "my_claims.csv: no claims; expected a line for each claim"),
        ("claim_id,subject", ["a,China"], "missing column quantity, value, unit"),
    ],
)
def test_a_list_that_is_none_is_refused(memo, head, lines, message):
    with pytest.raises(DataError, match=message):
        own_claims.read(memo(*lines, head=head))


def test_a_claim_of_the_digests_has_the_verdict_of_the_report():
    mine = own_claims.read(dictionaries.folder() / "claims.csv")
    view = claims.look()
    report = claims.audit(records.claims(), view)
    found = claims.audit(mine, view)
    assert list(found["verdict"]) == list(report["verdict"])
    assert not found["is_own"].any()


@pytest.mark.parametrize(
    "line",
    [
        "C073,digest-06,Germany,share_of_world_mining,,2024-01-01,2024-12-31,99,percent",
        "C079,digest-06,France,share_of_world_reserves,,,,99,percent",
        "C125,digest-09,China,mine_production,REO,2024-01-01,2024-12-31,1,t",
    ],
)
def test_an_id_of_the_digests_brings_no_verdict_of_theirs(audit, line):
    found = audit(line)
    assert (found["written"] == "").all()
    assert found["verdict"].item() not in ("supported", "roughly_supported")


# The command

GOOD = f"a,Memo,China,{MINED},270000,t"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([GOOD], 0),
        ([f"a,Memo,China,{MINED},1,t"], 0),
        ([GOOD, "b,M,China,x,,,,1,t"], 1),
    ],
)
def test_the_exit_status_tells_whether_every_claim_could_be_checked(
    memo, lines, status, capsys
):
    assert main(["audit", str(memo(*lines)), "--no-report"]) == status
    assert f"{len(lines)} claim" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "nowhere.csv"),
        (["LIST", "--as-of", "soon"], "as_of: 'soon' is not 'latest' or a day"),
    ],
)
def test_a_wrong_command_has_status_2(memo, arguments, message, capsys):
    path = str(memo(GOOD))
    given = [path if each == "LIST" else each for each in arguments]
    assert main(["audit", *given, "--no-report"]) == 2
    assert message in capsys.readouterr().err


def test_the_date_decides_what_counts_as_known(memo, capsys):
    # 390,000 t for 2024 in the edition of 2025, 380,000 t in that of 2026.
    path = str(memo(f"a,Memo,World,{MINED},390000,t"))
    main(["audit", path, "--no-report", "--as-of", "2025-11-03"])
    assert "a  supported" in capsys.readouterr().out
    main(["audit", path, "--no-report"])
    assert "a  outdated" in capsys.readouterr().out


def test_nothing_is_left_of_a_list_without_a_report(memo, tmp_path):
    main(["audit", str(memo(GOOD)), "--no-report", "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_report_holds_the_claims_and_their_verdicts(memo, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["audit", str(memo(GOOD)), "--out", str(out)]) == 0
    capsys.readouterr()
    (page,) = out.glob("audit-my-claims-*.html")
    text = page.read_text(encoding="utf-8")
    assert "China: mine production of" in text
    assert "270,000" in text
    assert "supported" in text


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff{head}\r\n{row}\r\n",  # as Excel saves "CSV UTF-8"
        "{head}\n{row}\n\n",
        "{semicolons}\n{row_semicolons}\n",  # as it saves where commas are decimal
    ],
)
def test_a_list_is_read_as_spreadsheets_write_it(tmp_path, text):
    head = "claim_id,subject,quantity,value,unit"
    row = "c1,China,share_of_world_mining,70,percent"
    path = tmp_path / "claims.csv"
    path.write_bytes(
        text.format(
            head=head,
            row=row,
            semicolons=head.replace(",", ";"),
            row_semicolons=row.replace(",", ";"),
        ).encode()
    )
    assert own_claims.read(path)["value"].tolist() == [70]


# As people write them

EASY = "claim_id,subject,quantity,product,period,value,unit,qualifier,note"


@pytest.fixture
def easy(audit):
    """Return a function that audits a line in the columns of the template."""

    def check(line):
        return audit(line, head=EASY).iloc[0]

    return check


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # 270,000 of 380,000 t; 45,500 t: Mineral Commodity Summaries 2026, p. 153
        ("a,China,share_of_world_mining,,2024,71%,,exact,", "supported"),
        ("a,中国,mine_production,稀土,2024,27,万吨,exact,", "supported"),
        ('a,US,mine_production,,2024,"45,500",tonnes,exact,', "supported"),
        ("a,U.S.,mine_production,REO,2024,45.5,kt,exact,", "supported"),
        ("a,U.S.,mine_production,REO,2024,45500000,kg,exact,", "supported"),
        ("a,china,Mine Production,reo,2024,0.27,Mt,approx,", "supported"),
        ("a,China,mine_production,REO,2024,300000,t,exact,", "contradicted"),
        ("a,China,mine_production,REO,2024,270,t,exact,", "contradicted"),
        # 132,000 to 270,000 t
        ("a,China,mine_production_growth,,2019-2024,105,percent,approx,", "supported"),
        # 240,000 t stood for 2023 in the edition of 2024
        ("a,China,mine_production_growth,,2024,12.5,percent,exact,", "outdated"),
        ("a,China,mine_production,REO,2024,240000,t,exact,", "misattributed"),
        ("a,China,share_of_world_mining,Dy oxide,2024,99,%,approx,", "not_checkable"),
        ("a,China,share_of_world_mining,,2010-2024,70,%,approx,", "not_checkable"),
        ("a,China,share_of_world_reserves,,2035,49,%,approx,", "not_checkable"),
        ("a,EU,import_share_from_china,,2035,46,percent,approx,", "not_checkable"),
        # 44 Mt of more than 75 Mt
        ("a,China,share_of_world_reserves,,,60,percent,exact,", "contradicted"),
        ("a,China,share_of_world_reserves,,,45,percent,exact,", "not_checkable"),
        ("a,China,share_of_world_refining,,,99,percent,approx,", "contradicted"),
        # 45,500 and 45,855 t are less
        ("a,US,mine_production,,2024,46000,t,at_least,", "contradicted"),
        ("a,China,magnet_exports,,2025-05,1238,t,exact,", "supported"),
        # the world's 380,000 t, and 390,000 in the edition before
        ("a,China,mine_production,REO,2024,390000,t,exact,", "misattributed"),
        ("a,China,share_of_world_mining,,2024,>60,%,exact,", "supported"),
        ("a,China,share_of_world_mining,,2024,~70,%,,", "supported"),
        ("a,China,share_of_world_mining,,2024,72,%,less than,", "supported"),
        ("a,China,share_of_world_mining,,2024,多70,%,exact,", "not_checkable"),
        ("a,Lynas,reo_production,REO,2025,10462,t,exact,", "not_checkable"),
        # 241 USD/kg; 300 in December 2023
        (
            "a,China FOB,oxide_price_month_end,Dy oxide,2025-12,300,$/kg,exact,",
            "contradicted",
        ),
        ("a,Mars,share_of_world_mining,,2024,5,percent,exact,", "not_checkable"),
        ("a,China,share_of_world_mining,,2024,many,percent,exact,", "not_checkable"),
        ("a,China,mine_production,,soon,1,t,exact,", "not_checkable"),
    ],
)
def test_claims_as_people_write_them_get_verdicts_to_sign(easy, line, expected):
    row = easy(line)
    assert row["verdict"] == expected, claims.why(row)


def test_a_period_that_no_figure_has_is_answered_with_the_nearest(easy):
    row = easy("a,Lynas,reo_production,REO,2025,10462,t,exact,")
    assert "the nearest is" in row["because"]
    row = easy("a,Lynas,net_profit,,2025,8,AUD million,exact,")
    assert "the nearest is the year to 30\N{NO-BREAK SPACE}June 2025" in row["because"]


def test_of_a_stock_the_day_in_a_year_is_that_year(easy):
    # 44 million t: Mineral Commodity Summaries 2025, p. 145.
    assert easy("a,China,reserves,REO,2025,44,Mt,exact,")["verdict"] == "supported"
    assert easy("a,China,reserves,REO,2025,33,Mt,exact,")["verdict"] == "contradicted"


def test_a_period_that_is_none_is_answered_with_those_that_are(easy):
    row = easy("a,Lynas,revenue,,FY2025,556.5,AUD million,exact,")
    assert "period: 'FY2025' is not a date" in row["because"]
    assert "a year (2024), a month (2024-05)" in row["because"]


def test_a_claim_without_a_period_is_judged_by_the_newest_year_known(memo):
    # 240,000 of 350,000 t: Mineral Commodity Summaries 2024, p. 145.
    mine = own_claims.read(
        memo("a,China,share_of_world_mining,70,percent", head=",".join(NEEDED))
    )
    found = claims.audit(mine, claims.look("2024-06-30")).iloc[0]
    assert found["verdict"] == "roughly_supported"
    assert "2023" in found["basis"]


NEEDED = own_claims.NEEDED


def test_columns_that_are_none_are_ignored_by_name(memo):
    mine = own_claims.read(memo("a,China,,,,1,t,exact,x", head=EASY))
    assert mine.attrs["ignored"] == ["note"]


def test_half_a_period_is_no_period(audit):
    found = audit("a,Memo,China,mine_production,REO,2024-01-01,,1,t")
    assert "period: has one end" in found.loc["a", "because"]


def test_a_claim_like_one_of_the_digests_is_looked_up_like_it(easy):
    # China customs: 39,817 t, 7.5 percent less, January to September 2025.
    row = easy(
        "a,China,export_growth,rare-earth magnets,2025-01..2025-09,-7.5,percent,exact,"
    )
    assert row["verdict"] == "supported"
    assert row["written"] == "" and row["is_own"]


def test_a_workbook_is_read_like_a_csv(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["claim_id", "subject", "quantity", "value", "unit", "year"])
    book.active.append(["a", "China", "mine_production", 270000, "t", 2024])
    path = tmp_path / "mine.xlsx"
    book.save(path)
    found = claims.audit(own_claims.read(path), claims.look())
    assert found["verdict"].item() == "supported"


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        ("2024", "2024", ("2024-01-01", "2024-12-31")),
        ("", "2024-02", ("2024-02-01", "2024-02-29")),
        ("2019-2024", "2019-2024", ("2019-01-01", "2024-12-31")),
        ("2019 to 2024", "", ("2019-01-01", "2024-12-31")),
        ("2025-01-01", "2025-09-30", ("2025-01-01", "2025-09-30")),
        ("", "", ("", "")),
    ],
)
def test_a_period_may_be_years_or_months(first, last, period):
    assert own_claims.days(first, last) == period


# A draft, a template, and what machines read

ARTICLE = (
    "China produced about 270,000 tonnes in 2024, nearly 70% of world output. "
    "The EU relies on China for 98% of its magnets! Tell us 5 things.\n"
    "2024年中国稀土产量27万吨。"
)


def test_a_draft_has_a_row_for_each_number_with_a_unit():
    rows = list(own_claims.draft(ARTICLE))
    assert [(row["subject"], row["value"]) for row in rows] == [
        ("China", "270,000"),
        ("China", "70"),
        ("European Union", "98"),
        ("China", "27"),
    ]
    assert rows[1]["quantity"] == "share_of_world_mining"
    assert rows[2]["quantity"] == "import_share_from_china"


def test_a_draft_takes_a_rise_of_prices_for_no_rise_of_output():
    (row,) = own_claims.draft("Prices of NdPr oxide rose by 40 percent in 2026.")
    assert row["quantity"] == "rare_earth_price_change"


def test_a_draft_and_the_template_are_lists_that_run(tmp_path, capsys):
    article = tmp_path / "article.txt"
    article.write_text(ARTICLE, encoding="utf-8")
    for arguments in (["--draft", str(article)], ["--template"]):
        assert main(["audit", *arguments]) == 0
        path = tmp_path / "list.csv"
        path.write_text(capsys.readouterr().out, encoding="utf-8")
        main(["audit", str(path), "--no-report"])
        assert "a  cannot" not in capsys.readouterr().out


def test_the_quantities_that_can_be_checked_are_listed(capsys):
    assert main(["audit", "--list"]) == 0
    assert "share_of_world_mining (percent)" in capsys.readouterr().out


def test_verdicts_are_written_for_machines(memo, tmp_path, capsys):
    paths = [tmp_path / name for name in ("v.json", "v.csv", "review.json")]
    options = zip(("--json", "--csv", "--claimreview"), map(str, paths), strict=True)
    flat = [part for pair in options for part in pair]
    assert main(["audit", str(memo(GOOD)), "--no-report", *flat]) == 0
    (row,) = json.loads(paths[0].read_text(encoding="utf-8"))
    assert (row["claim_id"], row["verdict"]) == ("a", "supported")
    assert row["sources"][0].startswith("https://")
    assert paths[1].read_text(encoding="utf-8").startswith("claim_id,article,claim,")
    (review,) = json.loads(paths[2].read_text(encoding="utf-8"))
    assert review["@type"] == "ClaimReview"
    assert review["reviewRating"]["ratingValue"] == 5
    assert review["url"].endswith("#claim-a")


def test_the_list_of_the_digests_has_the_score_of_the_report(capsys):
    main(["audit", str(dictionaries.folder() / "claims.csv"), "--no-report"])
    out = capsys.readouterr().out
    report = claims.audit(records.claims(), claims.look())
    for line in claims.scored(report):
        assert line in out


def test_a_thousand_claims_take_less_than_ten_seconds_of_work(memo):
    lines = [
        f"c{n},China,share_of_world_mining,,{1995 + n % 30},{30 + n % 60},%,exact,"
        for n in range(1000)
    ]
    start = time.process_time()
    mine = own_claims.read(memo(*lines, head=EASY))
    assert len(claims.audit(mine, claims.look())) == 1000
    assert time.process_time() - start < 10
