"""The chain on one page: what the detailed reports say, put side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rareearth.claims.verdicts import LABELS
from rareearth.production.stages import STAGES
from rareearth.words import SPACE, chance, listed, number, pct, span

RECENT = 5  # years: how far back a printed share still speaks of the present


def stages(chain: pd.DataFrame, focus: pd.DataFrame, country: str) -> pd.DataFrame:
    """Return the share of a country at each stage, with the range of what is printed.

    Parameters
    ----------
    chain : DataFrame
        From `chain_stages.stage_shares`.
    focus : DataFrame
        From `production.in_focus`: the share of mining by year, from tonnes.
    country : str

    Returns
    -------
    DataFrame, one row per stage with figures
        ``row`` str, the stage and the year; ``value``, ``low``, ``high`` (0 to 1);
        ``entity``, ``confidence``, ``source_id`` str. A stage after the mine has the
        range of firm shares (weak ones where there is nothing else) printed for the
        last `RECENT` years, and a value where the newest year has a single one.
    """
    last = focus.dropna(subset=["value"]).iloc[-1]
    rows = [
        {
            "row": f"{STAGES['mine'].label}, {int(last['year'])}",
            "value": last["value"],
            "low": last["low"],
            "high": last["high"],
            "entity": country,
            "confidence": last["confidence"],
            "source_id": last["source_id"],
        }
    ]
    own = chain[(chain["entity"] == country) & (chain["stage"] != "mine")]
    for stage, group in own.groupby("stage", sort=False):
        rows.append(_stage(STAGES[str(stage)].label, group, country))
    return pd.DataFrame(rows)


def _stage(label: str, printed: pd.DataFrame, country: str) -> dict[str, object]:
    firm = printed[printed["confidence"] != "tertiary"]
    best = firm if len(firm) else printed
    year = int(best["year"].max())
    recent = best[best["year"] > year - RECENT]
    newest = best[best["year"] == year]
    numbers = pd.concat([recent["value"], recent["low"], recent["high"]]).dropna()
    single = newest["value"].dropna().unique()
    return {
        "row": f"{label}, {_years(int(recent['year'].min()), year)}",
        "value": single[0] if len(single) == 1 and len(newest) == 1 else None,
        "low": numbers.min(),
        "high": numbers.max(),
        "entity": country,
        "confidence": "tertiary" if firm.empty else "secondary",
        "source_id": newest["source_id"].iloc[0],
    }


def _years(first: int, last: int) -> str:
    return str(last) if first == last else f"{first} to {last}"


def stages_title(rows: pd.DataFrame, country: str) -> str:
    """Return the finding of the chart of stages: where the share is least and most."""
    low, high = rows["low"].min(), rows["high"].max()
    return (
        f"{country} holds {span(low, high, pct)} of every stage for which a share is "
        "printed"
    )


def price_finding(
    last: pd.Series, ends: dict[str, Any], title: str, unit: str
) -> tuple[str, str, str]:
    """Return the last price beside its range as a key finding.

    Parameters
    ----------
    last : Series
        From `price_study.last_price`.
    ends : dict
        From `price_study.first_and_peak`.
    """
    reach = f"{number(ends['lowest'])} to {number(ends['highest'])}"
    return (
        f"{title}, {last['period']}",
        f"{number(last['price'])}{SPACE}{unit.split(' ')[-1]}",
        f"in money of {unit.split(' ')[0]}; {reach} since {ends['since']}",
    )


def verdicts(score: pd.Series) -> pd.DataFrame:
    """Return the number of claims by verdict, as bars in the order of verdicts.

    Parameters
    ----------
    score : Series
        From `claims.score`.
    """
    return pd.DataFrame({"entity": score.index.map(LABELS), "value": score.to_numpy()})


def verdicts_title(score: pd.Series) -> str:
    """Return the finding of the chart of verdicts."""
    wrong = ["outdated", "other_basis", "misattributed", "contradicted"]
    held = int(score["supported"] + score["roughly_supported"])
    failed = int(score[wrong].sum())
    return (
        f"Of {held + failed} claims that can be checked, {held} hold at least roughly; "
        f"{int(score['contradicted'])} are contradicted"
    )


def answer(rows: pd.DataFrame, country: str) -> str:
    """Return the first sentence of the page: one share for each stage."""
    parts = [
        f"{_printed(row)} of {str(row.row).split(',')[0]}"
        for row in rows.itertuples(index=False)
    ]
    return f"**{country}** holds {listed(parts)}."


def _printed(row: Any) -> str:
    if pd.notna(row.value):
        return f"**{pct(row.value)}**"
    return f"**{span(row.low, row.high, pct)}**"


def stage_findings(rows: pd.DataFrame, country: str) -> list[tuple[str, str, str]]:
    """Return one key finding for each stage."""
    return [
        (
            f"{country}, share of {row.row}",
            _printed(row).strip("*"),
            f"printed in {'weak' if row.confidence == 'tertiary' else 'firm'} sources: "
            f"{span(row.low, row.high, pct)}",
        )
        for row in rows.itertuples(index=False)
    ]


def hhi_finding(hhi: pd.DataFrame) -> tuple[str, str, str]:
    """Return the concentration of mining in its last year as a key finding."""
    last = hhi.iloc[-1]
    is_narrow = last["hhi_high"] - last["hhi_low"] < 0.01 * last["hhi_high"]
    low = last["hhi_high"] if is_narrow else last["hhi_low"]
    return (
        f"Concentration of mining (HHI), {hhi.index[-1]}",
        span(low, last["hhi_high"], number),
        f"as concentrated as {last['n_effective']:.1f} equal producers",
    )


def race_finding(found: dict[str, float]) -> tuple[str, str, str]:
    """Return the chances of both claims on the time to build as a key finding.

    Parameters
    ----------
    found : dict
        From `ramp_up.model.answers`.
    """
    soon = span(found["soon_low"], found["soon_high"], chance)
    late = span(found["late_low"], found["late_high"], chance)
    return (
        "Half of NdPr demand outside China met there in 8 to 10 years",
        late,
        f"probability in the model; in 12 to 24 months: {soon}",
    )
