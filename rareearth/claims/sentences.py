"""What an audit of claims says, in tables and sentences with computed numbers."""

from __future__ import annotations

import math

import pandas as pd

from rareearth.claims import audit as auditing
from rareearth.claims.contradictions import in_words
from rareearth.claims.evidence import AGREEING, EVENTS, LABELS, WRONG, Look
from rareearth.figures.columns import by_source
from rareearth.words import SPACE, change, listed, number, pct, span

LONGEST = 1000  # years; above, a number of the unit "year" is a date
NAMES = ("China", "Kazakhstan", "Texas")  # in names of quantities
PLAIN = ("rare earths", "REO", "critical minerals", "rare earth alloys and magnets")


def score_findings(audited: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return the score as rows of a panel of findings."""
    counts, total = auditing.score(audited), len(audited)
    checked = total - counts["not_checkable"] - counts["opinion"]
    held = int(counts[list(AGREEING)].sum())
    bound = int((audited["by"] == "computation").sum())
    rows = [
        (
            "Claims that hold, of those that can be checked",
            f"{held} of {checked}",
            f"{counts['supported']} supported, {counts['roughly_supported']} roughly",
        ),
        (
            "Claims that do not hold as said",
            f"{checked - held}",
            listed([f"{counts[each]} {LABELS[each]}" for each in WRONG]),
        ),
        (
            "Claims that cannot be settled",
            f"{total - checked}",
            f"{counts['not_checkable']} cannot be checked, {counts['opinion']} are "
            "opinions",
        ),
        (
            "Verdicts that are computed",
            f"{bound} of {total}",
            "the others rest on a written check with its source",
        ),
    ]
    return rows


def score_sentence(audited: pd.DataFrame) -> str:
    """Return the score in a sentence."""
    counts, total = auditing.score(audited), len(audited)
    held = int(counts[list(AGREEING)].sum())
    checked = total - int(counts["not_checkable"] + counts["opinion"])
    if not checked:
        return f"None of the {total} claims can be checked against what is at hand."
    wrong = [f"{counts[each]} {LABELS[each]}" for each in WRONG if counts[each]]
    rest = f" The others are {listed(wrong)}." if wrong else ""
    return (
        f"Of {total} claims, {checked} can be checked. **{held} of them "
        f"({pct(held / checked)}) hold**, at least roughly.{rest}"
    )


def claim_table(audited: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the claims as a table: verdict, what was said, what the figures say."""
    publishers = sources["publisher"]
    rows = [
        {
            "Claim": f"{row['claim_id']}{_place(row)}",
            "Verdict": LABELS[row["verdict"]],
            "What was said": said_cell(row),
            "What the figures say": found_cell(row),
            "Why": why_cell(row),
            "Source": source_cell(row, publishers),
        }
        for _, row in audited.iterrows()
    ]
    return pd.DataFrame(rows)


def _place(row: pd.Series) -> str:
    return f", {row['location']}" if row["location"] else ""


def said_cell(row: pd.Series) -> str:
    """Return the paraphrase, or of an own claim what its columns say."""
    if row["paraphrase"]:
        return str(row["paraphrase"])
    what = str(row["quantity"]).replace("_", " ")
    return f"{row['subject']}: {what} {in_words(row)}".strip()


def found_cell(row: pd.Series) -> str:
    """Return the number of the figures with its spread and basis."""
    if pd.isna(row["found"]):
        return row["basis"] or ""
    if row["found_unit"] == EVENTS:
        return str(row["basis"])
    best = amount(row["found"], row["found_unit"])
    low, high = row["found_low"], row["found_high"]
    sides = [
        amount(end, row["found_unit"]) for end in (low, high) if math.isfinite(end)
    ]
    wide = len(set(sides)) == 2
    between = f", sources {sides[0]} to {sides[1]}" if wide else ""
    return f"{best}{between}; {row['basis']}"


def amount(value: float, unit: str) -> str:
    """Return a number with its unit as a reader expects it."""
    if unit == "percent":
        return pct(value / 100)
    if unit == "rank" or (unit == "year" and value > LONGEST):
        return f"{value:.0f}"
    return f"{number(value)}{SPACE}{unit}"


def why_cell(row: pd.Series) -> str:
    """Return the reason of the verdict, and how far a forecast has come."""
    reason = row["because"] if row["by"] == "computation" else row["check_why"]
    reason = str(reason or row["because"])
    if row["reading"] and row["by"] == "computation":
        reason = f"taken to say: {row['reading']}; {reason}"
    if row["state"]:
        reason = f"{reason} ({row['state']})"
    return reason[:1].upper() + reason[1:]


def source_cell(row: pd.Series, publishers: pd.Series, most: int = 3) -> str:
    """Return who published what a verdict rests on."""
    ids = [name for name in str(row["source_id"]).split(";") if name]
    names = list(dict.fromkeys(publishers.get(name, name) for name in ids))
    more = len(names) - most
    return "; ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def cited(audited: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of an audit, one row per claim and source."""
    frame = by_source(audited[["claim_id", "source_id"]])
    return frame[frame["source_id"].fillna("") != ""].reset_index(drop=True)


def chart_rows(audited: pd.DataFrame, unit: str, most: int = 24) -> pd.DataFrame:
    """Return the computed claims with a number, the widest apart first.

    Parameters
    ----------
    unit : {"percent", "other"}
        Percent as said; any other unit as a multiple of the figures, so that tonnes
        and money fit on one axis.
    """
    frame = audited[audited["computed"].isin([*AGREEING, *WRONG])]
    frame = frame[frame["value"].notna() & frame["found"].notna()]
    frame = frame[frame["unit"] == frame["found_unit"].where(frame["unit"] != "t/year")]
    is_percent = frame["unit"] == "percent"
    frame = frame[is_percent if unit == "percent" else ~is_percent & _scales(frame)]
    rows = frame.assign(label=[_label(row) for _, row in frame.iterrows()])
    rows["said"] = rows["value"]
    if unit != "percent":
        for column in ("said", "found_low", "found_high"):
            rows[column] = rows[column] / rows["found"]
        rows["found"] = 1.0
    gap = (rows["said"] - rows["found"]).abs()
    order = gap.sort_values(ascending=False, kind="stable").index[:most]
    columns = "claim_id label said found found_low found_high verdict source_id".split()
    return rows.loc[order, columns].reset_index(drop=True)


def _scales(frame: pd.DataFrame) -> pd.Series:
    """Return which units can be told as a multiple: no ranks, years or counts of 1."""
    return ~frame["unit"].isin(["rank", "year", "events"]) & (frame["found"] != 0)


def _label(row: pd.Series) -> str:
    what = str(row["quantity"]).replace("_", " ").replace("share of world", "share of")
    for name in NAMES:
        what = what.replace(name.lower(), name)
    subject = "" if row["subject"] in what else f"{row['subject']}: "
    year = f" {row['period_end'].year}" if pd.notna(row["period_end"]) else ""
    known = row["product"] in ("", *PLAIN) or what.endswith(str(row["product"]))
    goods = "" if known else f", {row['product']}"
    return f"{row['claim_id']} {subject}{what}{goods}{year}"


def widest(rows: pd.DataFrame) -> str:
    """Return the title of a chart of claims: how many agree, and which is furthest."""
    agree = int(rows["verdict"].isin(AGREEING).sum())
    if agree == len(rows) == 1:
        return f"{rows['label'].iloc[0]}: the claimed number agrees with the figures"
    if agree == len(rows):
        return f"All {len(rows)} claimed numbers agree with the figures"
    worst = rows[~rows["verdict"].isin(AGREEING)].iloc[0]
    return (
        f"{agree} of {len(rows)} claimed numbers agree with the figures; "
        f"furthest off: {worst['label']}"
    )


def stories(audited: pd.DataFrame, view: Look) -> dict[str, str]:
    """Return the most instructive errors, each in a paragraph, by their claims."""
    rows = audited.set_index("claim_id")
    told = [
        ("C144", _world_for_country),
        ("C132", _sign),
        ("C151", _feed),
        ("C126", _edition),
        ("C017", _direction),
        ("C110", _scope),
    ]
    found = {
        name: tell(rows.loc[name])
        for name, tell in told
        if name in rows.index and rows.loc[name, "verdict"] in WRONG
    }
    september = view.printed(
        "magnet_exports_change",
        "China",
        None,
        "2025-09-30",
        "2025-09-30",
        "year-on-year",
        "year-to-date",
        missing="empty",
    )
    if "C132" in found and len(september):
        stood = f"{change(september['value'].iloc[0], number)}{SPACE}%"
        found["C132"] += f" September alone stood at {stood} against a year before."
    if "C144" in found and rows["verdict"].get("C125") == "supported":
        found["C144"] += f" The same text has {in_words(rows.loc['C125'])} elsewhere."
    return found


def _world_for_country(row: pd.Series) -> str:
    owner = row["because"].split(": ")[-1]
    return (
        f"**The world's output taken for China's** ({row.name}). The text gives China "
        f"{in_words(row)} a year. The figures give {amount(row['found'], 't')}; the "
        f"number is that of the {owner}, which would leave nothing to anyone else."
    )


def _sign(row: pd.Series) -> str:
    return (
        f"**A sign lost, or another period** ({row.name}). Magnet exports are said to "
        f"have changed by {change(row['value'], number)}{SPACE}% in nine months. "
        f"Customs figures say {change(row['found'], number)}{SPACE}%."
    )


def _feed(row: pd.Series) -> str:
    return (
        f"**Feed taken for product** ({row.name}). The plant is said to make "
        f"{in_words(row)}. The number is the {row['because'].split(': ')[-1]}. What "
        "comes out as separated oxides is printed in no source, so that any "
        "comparison with a country's output compares two things."
    )


def _edition(row: pd.Series) -> str:
    return (
        f"**Two editions mixed** ({row.name}). The growth of {in_words(row)} divides a "
        "new number by an old one. Within one table the figures give "
        f"{amount(row['found'], 'percent')}: the year before had been revised upwards."
    )


def _direction(row: pd.Series) -> str:
    low, high = row["found_low"] / 100, row["found_high"] / 100
    fell = high < 0
    how = (
        f"fell, by {span(-high, -low, pct)}"
        if fell
        else f"moved by {span(low, high, pct)}"
    )
    return (
        f"**The wrong direction** ({row.name}). Prices are said to have risen by "
        f"{in_words(row)} in the year. The main magnet oxides {how}, depending on "
        "product and market."
    )


def _scope(row: pd.Series) -> str:
    return (
        f"**Right on another basis** ({row.name}). {in_words(row)} of mining is near "
        f"the {row['because'].split(': ')[-1]}; over all rare earths the figures give "
        f"{amount(row['found'], 'percent')}. A share without its scope cannot be "
        "repeated."
    )


def owners_sentence(shared: pd.DataFrame) -> str:
    """Return in words that one number has several owners, or nothing of it."""
    if shared["subject"].nunique() < 2:
        return "No number of months is given to more than one owner in this selection."
    owners = [
        f"{row.subject} ({row.words}, {row.claim_id})" for row in shared.itertuples()
    ]
    return (
        f"**One forecast, {shared['subject'].nunique()} owners.** The same span is "
        f"given as an aim, a forecast or an advantage of {listed(owners)}. By the "
        "written checks it goes back to one remark in one interview, on how long "
        "China's leverage lasts."
    )
