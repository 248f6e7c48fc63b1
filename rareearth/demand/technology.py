"""Patents as the objects that were counted, and what news of a process would need."""

from __future__ import annotations

from functools import partial

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import Load, codes, each

PATENTS = {
    "C030": "extraction",
    "C045": "patents and processes",
    "C082": "refining",
    "C140": "PCT, magnets and catalysts",
}
"""Claims on patents, and the object that each of them speaks of."""

NEEDED = {
    "C090": "the test standard, the laboratory, the fibre it was compared with",
    "C091": "the test standard, the spectrum, and the same cloth without rare earths",
    "C092": "what is sensed and by what, power supply, washing",
    "C128": "which plant and ore, which stage, weight or value, before and after",
    "C129": "the value of the first year and how it was measured",
    "C130": "cost of what, at which mine, in which money and year, without by-products",
    "C131": "which property (remanence, coercivity, energy product), which grade, at "
    "which temperature",
}
"""Claims on products and processes, and what a reader would need to believe them."""


def shares(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return every counted share of China in patents, with what was counted.

    Filings at four offices are counts; the share is China's part of their sum.

    Returns
    -------
    DataFrame
        ``object`` (what was counted), ``row`` (field and years), ``value`` from 0 to
        1, ``confidence``, ``source_id``.
    """
    published = partial(load, as_of=as_of, missing="empty")
    filed, printed = published("patent_filings"), published("patent_share", "China")
    parts = [_of_offices(filed), _printed(printed)]
    table = pd.concat([part for part in parts if len(part)] or parts[1:])
    if table.empty:
        raise NoFigures(f"no counted share of patents was published by {as_of}")
    return table.reset_index(drop=True)


def _of_offices(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    first, last = rows["period_start"].dt.year.min(), rows["period_end"].dt.year.max()
    own = rows.loc[rows["entity"] == "China", "value"].sum()
    return pd.DataFrame(
        {
            "object": [
                "Filings by office: part of the four largest offices in one search"
            ],
            "row": [f"all rare earths, {first}-{last}"],
            "value": [own / rows["value"].sum()],
            "confidence": [rows["confidence"].iloc[0]],
            "source_id": [rows["source_id"].iloc[0]],
        }
    )


_OBJECTS = {
    "annual-flow": "New applications of one year, worldwide",
    "office-china": "Applicants from China among applications at the Chinese office",
}


def _printed(rows: pd.DataFrame) -> pd.DataFrame:
    years = [
        str(end.year) if start.year == end.year else f"{start.year}-{end.year}"
        for start, end in zip(rows["period_start"], rows["period_end"], strict=True)
    ]
    return pd.DataFrame(
        {
            "object": each(rows["basis"], _object),
            "row": rows["product"].str.replace("rare-earth ", "") + ", " + years,
            "value": rows["value"] / 100,
            "confidence": rows["confidence"],
            "source_id": rows["source_id"],
        }
    )


def _object(basis: str) -> str:
    said = codes(basis)
    found = (name for code, name in _OBJECTS.items() if code in said)
    return next(found, "Object not stated")


def news(claims: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Return claims on products and processes, what was found, and what is needed.

    Parameters
    ----------
    claims, checks : DataFrame
        From `records.claims` and `records.claim_checks`.

    Returns
    -------
    DataFrame
        ``claim_id``, ``paraphrase``, ``said``, ``unit``, ``found`` (the first check's
        verdict), ``needed``, ``source_id`` of the digest.
    """
    rows = claims[claims["claim_id"].isin(NEEDED)]
    first = checks.drop_duplicates("claim_id").set_index("claim_id")["verdict"]
    return pd.DataFrame(
        {
            "claim_id": rows["claim_id"],
            "paraphrase": rows["paraphrase"],
            "said": rows["value"],
            "unit": rows["unit"],
            "found": rows["claim_id"].map(first).str.replace("_", " "),
            "needed": rows["claim_id"].map(NEEDED),
            "source_id": rows["article"],
        }
    ).reset_index(drop=True)
