"""What the measures of dependence say, in sentences with computed numbers."""

from __future__ import annotations

import pandas as pd

from rareearth.trade import dependence
from rareearth.words import SPACE, listed, number, pct, span, the

Finding = tuple[str, str, str]


def printed(row: pd.Series) -> str:
    """Return one measure as "46 %", "more than 90 %" or "69 % to 74 %"."""
    if pd.notna(row["value"]):
        return pct(row["value"])
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        return span(row["low"], row["high"], pct)
    if pd.notna(row["low"]):
        return f"more than {pct(row['low'])}"
    return f"up to {pct(row['high'])}"


def spread_finding(newest: pd.DataFrame, importer: str) -> Finding:
    """Return the lowest and the highest measure as a key finding."""
    low, high = dependence.spread(_on_china(newest))
    kinds = newest["kind"].nunique()
    return (
        f"China's part in the supply of {the(importer)}",
        span(low, high, pct),
        f"{len(newest)} printed measures on {kinds} definitions",
    )


def measure_findings(newest: pd.DataFrame) -> list[Finding]:
    """Return the measure from customs, and the newest firm one of magnets."""
    found = []
    order = [dependence.WEIGHT, dependence.IMPORTS, dependence.STATED]
    firm = newest[newest["confidence"] != "tertiary"]
    magnet = firm["goods"].str.contains("magnets")
    for rows, name in ((firm[~magnet], "raw materials"), (firm[magnet], "magnets")):
        kinds = order if name == "raw materials" else [*order[1:], dependence.USE]
        own = rows[rows["kind"].isin(kinds)]
        own = own[~own["goods"].str.contains("elements (", regex=False)]
        if len(own):
            row = own.sort_values("year").iloc[-1]
            if name == "raw materials":
                rank = own["kind"].map({kind: i for i, kind in enumerate(order)})
                row = own.loc[rank.sort_values(kind="stable").index[0]]
            found.append(
                (
                    f"China's share, {row['goods']}",
                    printed(row),
                    f"{row['when']}; {row['kind']}",
                )
            )
    return found


def exposure_finding(table: pd.DataFrame, year: int) -> Finding:
    """Return the sum of share times governance risk as a key finding."""
    low, high = table["low"].sum(), table["high"].sum()
    value = (
        f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    )
    return (
        "Exposure: shares times governance risk",
        value,
        f"0 best, 1 worst; governance of {year}; the range is what is not named",
    )


def measures_title(newest: pd.DataFrame, importer: str) -> str:
    """Return the finding of the chart of measures."""
    low, high = dependence.spread(_on_china(newest))
    return (
        f"How much of the supply of {the(importer)} is Chinese: "
        f"{span(low, high, pct)}, depending on the measure"
    )


_WHY = (
    (
        [dependence.WEIGHT],
        "",
        "By the **weight** of imports, China's share was {share} ({goods}, {when}). A "
        "kilogram of cerium counts like one of dysprosium, magnets are other goods, "
        "and China is named only where the goods were shipped from there last.",
    ),
    (
        [dependence.USE, dependence.IMPORTS],
        "magnets",
        "For **magnets**, the newest share is {share} ({kind}, {when}): other goods, "
        "and mostly made in one country.",
    ),
    (
        [dependence.WORLD],
        "heavy elements .*separation",
        "By **where it was processed**, China's share of the world's supply of heavy "
        "elements was {share} (EU study, edition {when}), whoever ships them last.",
    ),
    (
        [dependence.UNSTATED],
        "^rare earths",
        "A share of {share} was **said of rare earths in general** ({when}), without a "
        "base; no table behind it is known.",
    ),
)


def why(newest: pd.DataFrame, importer: str) -> list[str]:
    """Return why the measures of one importer differ, sentence by sentence."""
    said = []
    for kinds, goods, text in _WHY:
        rows = newest[newest["kind"].isin(kinds)]
        rows = rows[rows["goods"].str.contains(goods)].sort_values("year")
        if len(rows):
            row = rows.iloc[-1]
            share = f"**{printed(row)}**"
            said.append(text.format(share=share, **row[["goods", "when", "kind"]]))
    known = {*newest["kind"], dependence.STATED}
    missing = [
        kind for kind in (dependence.VALUE, *dependence.KINDS) if kind not in known
    ]
    said.append(
        f"Not printed of {the(importer)} by partner: {listed(missing)}. Not printed "
        "is not zero."
    )
    return said


def ninety_two(stated: pd.DataFrame, number_: float) -> str:
    """Return of what a number is printed, among the shares of the world."""
    same = stated[(stated["value"] * 100).round() == round(number_)]
    if same.empty:
        return f"{number_:.0f} percent is printed of no stage of the world's supply."
    parts = [f"{row.goods} ({row.when})" for row in same.itertuples(index=False)]
    return (
        f"**{number_:.0f} percent** is printed at hand as a share of the world: "
        f"{listed(list(dict.fromkeys(parts)))}. No source at hand prints it of "
        "the EU's magnets."
    )


def partners_title(shares: pd.DataFrame, importer: str) -> str:
    """Return the finding of the bars of partners."""
    first = shares.iloc[0]
    verb = "mined" if importer == "World" else "shipped"
    goods = _short(shares["goods"].iloc[0])
    whose = (
        "the world's rare earths"
        if importer == "World"
        else f"the {goods} that {the(importer)} imported"
    )
    return (
        f"{first['entity']} {verb} {pct(first['share'])} of {whose} ({first['when']})"
    )


def partners_sentence(shares: pd.DataFrame, importer: str) -> str:
    """Return what the shares of partners add up to."""
    rest = shares.loc[shares["entity"] == "Not named", "share"].item()
    named = shares[shares["entity"] != "Not named"]
    tail = (
        f"{pct(rest)} are not named"
        if rest > 0.0005
        else "they add up to the whole, within rounding"
    )
    return (
        f"Shares of {shares['goods'].iloc[0]} ({shares['when'].iloc[0]}): "
        f"{_partners(len(named))} of {the(importer)} "
        f"{'stands' if len(named) == 1 else 'stand'} for "
        f"{pct(named['share'].sum())}; {tail}."
    )


def _partners(count: int) -> str:
    return "the one named partner" if count == 1 else f"the {count} named partners"


def lynas_sentence(plan: pd.DataFrame, ceiling: pd.DataFrame) -> str:
    """Return what Japan's agreement with Lynas covers: heavy rare earths, a ceiling."""
    share, most = plan.iloc[-1], ceiling.iloc[-1]
    volume = ceiling[ceiling["unit"] == "t/year"]
    most = ceiling[ceiling["unit"] == "percent"].iloc[-1]
    light = (
        f" For NdPr the agreement gives priority up to "
        f"{number(volume['high'].iloc[-1])}{SPACE}t a year."
        if len(volume)
        else ""
    )
    return (
        f"The **{share['value']:.0f} percent** of the agreement are a share of Japan's "
        f"demand for **heavy** rare earths, a plan without a date. "
        f"The other number, up to **{most['high']:.0f} percent**, is a ceiling on the "
        f"part of Lynas's dysprosium and terbium that may go to Japan: a right, not a "
        f"delivery.{light} Neither is a share of Japan's rare earths as a whole."
    )


def crma_sentence(targets: pd.DataFrame, newest: pd.DataFrame) -> str:
    """Return what can be said of the EU's benchmark for a single country."""
    line = targets.loc[targets["bound"] == "at most", "target"].item()
    kinds = [dependence.WEIGHT, dependence.IMPORTS, dependence.USE, dependence.SOURCING]
    rows = newest[newest["kind"].isin(kinds)]
    above = dependence.above(rows, line)
    return (
        f"The benchmark of at most **{pct(line)}** from one country outside the EU is "
        f"exceeded on **{len(above)} of {len(rows)}** printed measures of imports, "
        f"supply or use; not on these: {'; '.join(_below(rows, above))}. The other "
        "benchmarks are shares of the EU's consumption of rare earths, which no source "
        "at hand prints."
    )


def _below(rows: pd.DataFrame, above: pd.DataFrame) -> list[str]:
    rest = rows.drop(index=above.index)
    named = [
        f"{row.kind} of {_short(row.goods)}" for row in rest.itertuples(index=False)
    ]
    return named or ["none"]


def claim_of_measures(measures: pd.DataFrame, claims: pd.DataFrame) -> str:
    """Return of what the number claimed of the EU's heavy rare earths is printed."""
    value = float(claims.loc[claims["claim_id"] == "C016", "value"].item())
    same = measures[(measures["value"] * 100).round() == round(value)]
    parts = [f"{row.goods} ({row.kind}, {row.when})" for row in same.itertuples()]
    if not parts:
        return f"{value:.0f} percent is printed of none of the EU's measures."
    heavy = same["goods"].str.contains("heavy").any()
    tail = "" if heavy else " No source at hand prints it of heavy rare earths."
    return f"**{value:.0f} percent** is printed of {listed(parts)}.{tail}"


def chart_rows(newest: pd.DataFrame) -> pd.DataFrame:
    """Return measures for `charts.measure_dots`: their definition, goods and date."""
    return pd.DataFrame(
        {
            "group": newest["kind"].map(_headed),
            "row": newest["goods"].map(_short) + ", " + newest["when"],
            **{name: newest[name] for name in ("value", "low", "high", "confidence")},
            "source_id": newest["source_id"],
        }
    )


def _headed(kind: str) -> str:
    return f"{kind[0].upper()}{kind[1:]}: {dependence.KINDS[kind]}"


def _short(goods: str) -> str:
    """Return goods without the list of elements, which the table has."""
    start, _, rest = goods.partition(" (")
    return (
        start + rest.partition(")")[2] if rest else start.replace(", all elements", "")
    )


def claimed(claims: pd.DataFrame) -> dict[str, float]:
    """Return what the digests said of the EU, as names and shares from 0 to 1."""
    named = {"C015": "magnets", "C016": "heavy"}
    rows = claims[claims["claim_id"].isin(named)]
    return {
        f"said of {named[row.claim_id]}: {row.value:.0f}{SPACE}%": row.value / 100
        for row in rows.itertuples()
    }


def claim_of_world(stated: pd.DataFrame, claims: pd.DataFrame) -> str:
    """Return where the number that was claimed of the EU's magnets is printed."""
    value = claims.loc[claims["claim_id"] == "C015", "value"].item()
    return ninety_two(stated, float(value))


def shown(measures: pd.DataFrame) -> pd.DataFrame:
    """Return all measures as readers see them."""
    order = {kind: place for place, kind in enumerate(dependence.KINDS)}
    measures = measures.sort_values("kind", key=lambda k: k.map(order), kind="stable")
    return pd.DataFrame(
        {
            "Goods": measures["goods"],
            "Period": measures["when"],
            "Measure": measures["kind"],
            "Share": measures["value"],
            "From": measures["low"],
            "To": measures["high"],
            "Confidence": measures["confidence"],
            "Remark": measures["note"],
        }
    )


def exposure_table(exposed: pd.DataFrame) -> pd.DataFrame:
    """Return exposure by partner as readers see it, with the sum as the last row."""
    total = {
        "entity": "All",
        "share": exposed["share"].sum(),
        "low": exposed["low"].sum(),
        "high": exposed["high"].sum(),
    }
    rows = pd.concat([exposed, pd.DataFrame([total])], ignore_index=True)
    names = {"entity": "Partner", "share": "Share", "risk": "Risk"}
    return rows.rename(columns=names | {"low": "Low", "high": "High"})


def agreement_table(plan: pd.DataFrame, ceiling: pd.DataFrame) -> pd.DataFrame:
    """Return what was said about Lynas and Japan as readers see it."""
    rows = pd.concat([plan, ceiling], ignore_index=True)
    what = {
        "demand_coverage_planned": "share of Japan's demand to be covered, planned",
        "offtake_share_ceiling": "share of Lynas's output for Japan, at most",
        "offtake_volume_ceiling": "priority for Japan a year, at most",
    }
    return pd.DataFrame(
        {
            "What": rows["series"].map(what),
            "Goods": rows["product"],
            "Number": rows["value"].fillna(rows["high"]),
            "Unit": rows["unit"],
            "Said on": rows["period_end"],
            "Remark": rows["note"],
        }
    ).sort_values(["What", "Said on"], ignore_index=True)


def targets_table(targets: pd.DataFrame) -> pd.DataFrame:
    """Return the EU's benchmarks as readers see them."""
    names = {"label": "Benchmark for", "bound": "Bound", "target": "Benchmark"}
    names |= {"low": "Printed, lowest", "high": "highest", "what": "Of what"}
    return targets[list(names)].rename(columns=names)


def _on_china(newest: pd.DataFrame) -> pd.DataFrame:
    return newest[newest["kind"] != dependence.NET]
