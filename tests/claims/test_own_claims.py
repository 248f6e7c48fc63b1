"""A list of claims of one's own is checked row by row, and tells what is wrong."""

import pytest

from rareearth.claims import audit as claims
from rareearth.claims import audit as own_claims
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
            f"a,备忘录,中国,{MINED},270000,t",
            "subject '中国' is Chinese",
        ),
        (
            f"a,Memo,China,{MINED},1,kt",
            "'kt' is not the unit of mine_production",
        ),
        (f"a,Memo,China,{MINED},much,t", "'much' is not a number"),
        (
            "a,Memo,China,mine_production,REO,1950-01-01,1950-12-31,1,t",
            "in this period; there are figures for 1994 to 20",
        ),
        (
            "a,Memo,China,mine_production,REO,2024-12-31,2024-01-01,1,t",
            "period_end: is before the start",
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
        (f"{HEAD},mood", ["a,,,,,,,,,bad"], "unknown column mood; known: claim_id"),
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
    assert "China: mine production 270,000 t" in text
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
