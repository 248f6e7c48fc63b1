"""What the figures on trade and dependence say, in sentences, titles and findings."""

from __future__ import annotations

import pandas as pd

from rareearth.methods.months import JOINT, LEAST, PRINTED
from rareearth.trade import dependence
from rareearth.trade.flows import NOT, READINGS
from rareearth.words import SPACE, change, day, listed, number, pct, span, the

Finding = tuple[str, str, str, pd.DataFrame]

EVENTS = {
    "2025-04-04-mofcom-18-seven-rare-earths": "export licences",
    "2025-06-10-london-framework": "London framework",
    "2025-10-09-mofcom-57-five-more-rare-earths": "more controls",
    "2025-11-07-mofcom-70-suspension": "suspended",
    "2026-01-06-mofcom-1-japan-dual-use": "Japan",
}
"""Decisions that the charts of months mark, and how they are called there."""
CONTROL = "2025-04-04-mofcom-18-seven-rare-earths"


def printed(row: pd.Series) -> str:
    """Return one measure as "46 %", "more than 90 %" or "69 % to 74 %"."""
    if pd.notna(row["value"]):
        return pct(row["value"])
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        return span(row["low"], row["high"], pct)
    if pd.notna(row["low"]):
        return f"more than {pct(row['low'])}"
    return f"up to {pct(row['high'])}"


def spread(newest: pd.DataFrame) -> str:
    """Return the lowest and the highest measure of how much China supplies."""
    on_china = newest[newest["kind"] != dependence.NET]
    return span(*dependence.spread(on_china), pct)


def measure_findings(newest: pd.DataFrame) -> list[Finding]:
    """Return the measure from customs, and the newest firm one of magnets."""
    order = [dependence.WEIGHT, dependence.IMPORTS, dependence.STATED]
    firm = newest[newest["confidence"] != "tertiary"]
    firm = firm[~firm["goods"].str.contains("elements (", regex=False)]
    magnet = firm["goods"].str.contains("magnets")
    raw = firm[~magnet & firm["kind"].isin(order)]
    raw = raw.sort_values("kind", key=lambda k: k.map(order.index), kind="stable")
    of_magnets = firm[magnet & firm["kind"].isin([*order[1:], dependence.USE])]
    chosen = [raw.head(1), of_magnets.sort_values("year").tail(1)]
    return [
        (
            f"China's share, {row['goods']}",
            printed(row),
            f"{row['when']}; {row['kind']}",
            newest.loc[[place]],
        )
        for place, row in pd.concat(chosen).iterrows()
    ]


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


def why(newest: pd.DataFrame, importer: str) -> list[tuple[str, pd.DataFrame]]:
    """Return why the measures of one importer differ: sentences, each with its row."""
    said = []
    for kinds, goods, text in _WHY:
        rows = newest[newest["kind"].isin(kinds)]
        rows = rows[rows["goods"].str.contains(goods)].sort_values("year").tail(1)
        for _, row in rows.iterrows():
            share = f"**{printed(row)}**"
            told = text.format(share=share, **row[["goods", "when", "kind"]])
            said.append((told, rows))
    known = {*newest["kind"], dependence.STATED}
    kinds = [dependence.VALUE, *dependence.KINDS]
    missing = [kind for kind in kinds if kind not in known]
    absent = (
        f"Not printed of {the(importer)} by partner: {listed(missing)}. Not printed "
        "is not zero."
    )
    return [*said, (absent, newest.head(0))]


def claim_of_world(stated: pd.DataFrame, percent: float) -> str:
    """Return of what a number is printed, among the shares of the world."""
    same = stated[(stated["value"] * 100).round() == round(percent)]
    if same.empty:
        return f"{percent:.0f} percent is printed of no stage of the world's supply."
    parts = dict.fromkeys(f"{row.goods} ({row.when})" for row in same.itertuples())
    return (
        f"**{percent:.0f} percent** is printed at hand as a share of the world: "
        f"{listed([*parts])}. No source at hand prints it of the EU's magnets."
    )


def claim_of_measures(measures: pd.DataFrame, percent: float) -> str:
    """Return of what the number claimed of the EU's heavy rare earths is printed."""
    same = measures[(measures["value"] * 100).round() == round(percent)]
    parts = [f"{row.goods} ({row.kind}, {row.when})" for row in same.itertuples()]
    if not parts:
        return f"{percent:.0f} percent is printed of none of the EU's measures."
    heavy = same["goods"].str.contains("heavy").any()
    tail = "" if heavy else " No source at hand prints it of heavy rare earths."
    return f"**{percent:.0f} percent** is printed of {listed(parts)}.{tail}"


def partners_title(shares: pd.DataFrame, importer: str) -> str:
    """Return the finding of the bars of partners."""
    first = shares.iloc[0]
    does = f"shipped {pct(first['share'])} of the {short(first['goods'])} that"
    whose = f"{does} {the(importer)} imported"
    if importer == "World":
        whose = f"mined {pct(first['share'])} of the world's rare earths"
    return f"{first['entity']} {whose} ({first['when']})"


def partners_sentence(shares: pd.DataFrame, importer: str) -> str:
    """Return what the shares of partners add up to."""
    named = shares[shares["entity"] != "Not named"]
    rest = shares.loc[shares["entity"] == "Not named", "share"].item()
    tail = "they add up to the whole, within rounding"
    if rest > 0.0005:
        tail = f"{pct(rest)} are not named"
    who, stand = f"the {len(named)} named partners", "stand"
    if len(named) == 1:
        who, stand = "the one named partner", "stands"
    return (
        f"Shares of {shares['goods'].iloc[0]} ({shares['when'].iloc[0]}): {who} of "
        f"{the(importer)} {stand} for {pct(named['share'].sum())}; {tail}."
    )


def lynas_sentence(plan: pd.DataFrame, ceiling: pd.DataFrame) -> str:
    """Return what Japan's agreement with Lynas covers: heavy rare earths, a ceiling."""
    share = plan["value"].iloc[-1]
    parts = ceiling[ceiling["unit"] == "percent"]
    most = parts["high"].dropna().iloc[-1]
    revised = "".join(
        f" As revised on {day(row.period_end)}, {number(row.value)} percent of Lynas's "
        f"{row.product} are available to Japan."
        for row in parts[parts["value"].notna()].tail(1).itertuples()
    )
    volume = ceiling.loc[ceiling["unit"] == "t/year", "high"]
    light = "".join(
        f" For NdPr the agreement gives priority up to {_t(most_t)} a year."
        for most_t in volume.tail(1)
    )
    return (
        f"The **{share:.0f} percent** of the agreement are a share of Japan's demand "
        "for **heavy** rare earths, a plan without a date. The other number, up to "
        f"**{most:.0f} percent**, is a ceiling on the part of Lynas's dysprosium and "
        f"terbium that may go to Japan: a right, not a delivery.{revised}{light} None "
        "is a share of Japan's rare earths as a whole."
    )


def crma_sentence(targets: pd.DataFrame, newest: pd.DataFrame) -> str:
    """Return what can be said of the EU's benchmark for a single country."""
    line = targets.loc[targets["bound"] == "at most", "target"].item()
    kinds = [dependence.WEIGHT, dependence.IMPORTS, dependence.USE, dependence.SOURCING]
    rows = newest[newest["kind"].isin(kinds)]
    above = dependence.above(rows, line)
    rest = rows.drop(index=above.index)
    below = [f"{row.kind} of {short(row.goods)}" for row in rest.itertuples()]
    return (
        f"The benchmark of at most **{pct(line)}** from one country outside the EU is "
        f"exceeded on **{len(above)} of {len(rows)}** printed measures of imports, "
        f"supply or use; not on these: {'; '.join(below) or 'none'}. The other "
        "benchmarks are shares of the EU's consumption of rare earths, which no source "
        "at hand prints."
    )


def chart_rows(newest: pd.DataFrame) -> pd.DataFrame:
    """Return measures for `charts.rows`: their definition, goods and date."""
    columns = ["value", "low", "high", "confidence", "source_id"]
    kind = newest["kind"]
    headed = kind.str[0].str.upper() + kind.str[1:] + ": " + kind.map(dependence.KINDS)
    row = newest["goods"].map(short) + ", " + newest["when"]
    return newest[columns].assign(group=headed, row=row)[["group", "row", *columns]]


def short(goods: str) -> str:
    """Return goods without the list of elements, which the table has."""
    start, _, rest = goods.partition(" (")
    if rest:
        return start + rest.partition(")")[2]
    return start.replace(", all elements", "")


def marked(events: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Return the dated decisions that fall into the months of a chart."""
    chosen = events[events["event_id"].isin(EVENTS)].copy()
    chosen["label"] = chosen["event_id"].map(EVENTS)
    end = months["month"].max() + pd.offsets.MonthBegin()
    inside = chosen["date"].between(months["month"].min(), end)
    columns = ["event_id", "date", "label", "source_id"]
    return chosen.loc[inside, columns].reset_index(drop=True)


def month(when: pd.Timestamp) -> str:
    """Return "May 2025"."""
    return f"{when:%B %Y}"


def since_january(year: float, months: float) -> str:
    """Return "2025", or "January to September 2025"."""
    if months == 12:
        return str(int(year))
    last = pd.Timestamp(int(year), int(months), 1)
    return month(last) if months == 1 else f"January to {month(last)}"


def year_finding(
    growth: pd.DataFrame, name: str, figures: pd.DataFrame
) -> list[Finding]:
    """Return the newest total since January that has a year before it."""
    return [
        (
            f"China's exports, {name}, {since_january(row.year, row.months)}",
            _t(row.value),
            f"{change(row.change)} on the same part of the year before",
            _until(figures, pd.Timestamp(row.year, row.months, 1), row.months),
        )
        for row in _newest_total(growth).itertuples()
    ]


def _until(figures: pd.DataFrame, month: pd.Timestamp, months: int = 1) -> pd.DataFrame:
    """Return the figures of months up to one, else all of periods that end with it."""
    ends = figures[figures["period_end"] == month + pd.offsets.MonthEnd(0)]
    same = ends["period_start"] == month - pd.DateOffset(months=months - 1)
    return ends[same] if same.any() else ends


def year_title(growth: pd.DataFrame, name: str) -> str:
    """Return the finding of a chart of months: the newest total, and its growth."""
    for row in _newest_total(growth).itertuples():
        return (
            f"China exported {_t(row.value)} of {name} in "
            f"{since_january(row.year, row.months)}, {change(row.change)} on the year"
        )
    return f"China's exports of {name}, month by month"


def _newest_total(growth: pd.DataFrame) -> pd.DataFrame:
    """Return the newest whole year, without any the newest part of a year; one row."""
    ordered = growth.sort_values(["year", "months"])
    whole = ordered[ordered["months"] == 12]
    return (whole if len(whole) else ordered).tail(1)


def growth_sentence(growth: pd.DataFrame, name: str) -> str:
    """Return the newest year-to-date growth, and that of the newest whole year."""
    if growth.empty:
        return f"No total of {name} can be set beside that of a year before."
    newest = growth.sort_values(["year", "months"]).tail(1)
    rows = pd.concat([_newest_total(growth), newest]).drop_duplicates()
    parts = [
        f"{_t(row.value)} in {since_january(row.year, row.months)} "
        f"({change(row.change)} on the year)"
        for row in rows.itertuples()
    ]
    return f"Exports of {name}: {listed(parts)}."


def dip(months: pd.DataFrame, day: pd.Timestamp) -> dict[str, pd.Series]:
    """Return the months known alone around a day: last before, lowest after, newest.

    Empty when there is none on one of the two sides.
    """
    alone = months.dropna(subset=["value"])
    start = day.to_period("M").to_timestamp()
    before, after = alone[alone["month"] < start], alone[alone["month"] >= start]
    if before.empty or after.empty:
        return {}
    return {
        "before": before.iloc[-1],
        "low": after.loc[after["value"].idxmin()],
        "high": after.loc[after["value"].idxmax()],
        "last": after.iloc[-1],
    }


def dip_finding(
    found: dict[str, pd.Series], name: str, figures: pd.DataFrame
) -> list[Finding]:
    """Return the lowest month after the controls as a key finding."""
    if not found:
        return []
    low, before = found["low"], found["before"]
    return [
        (
            f"{name}, lowest month after the controls",
            _t(low["value"]),
            f"{month(low['month'])}; {change(low['value'] / before['value'] - 1)} "
            f"against {month(before['month'])}",
            _until(figures, low["month"]),
        )
    ]


def dip_sentence(found: dict[str, pd.Series], months: pd.DataFrame, name: str) -> str:
    """Return in words what the months before and after the controls were."""
    if not found:
        return _range_sentence(months, name)
    before, low, last, high = (found[key] for key in ("before", "low", "last", "high"))
    joint = months[months["how"] == JOINT]
    joint = joint[joint["month"].between(before["month"], low["month"])]
    between = now = ""
    if len(joint):
        first, end = joint["month"].iloc[0], joint["month"].iloc[-1]
        between = (
            f" (from {first:%B} to {month(end)} only a joint total is printed, "
            f"{_t(joint['joint'].iloc[0])})"
        )
    if last["month"] != low["month"]:
        against = change(last["value"] / before["value"] - 1)
        now = (
            f" The newest month, {month(last['month'])}, stands at "
            f"{_t(last['value'])}, {against} against the month before the controls."
        )
    return (
        f"Exports of {name} were **{_t(before['value'])}** in "
        f"{month(before['month'])}, the last month known alone before the controls of "
        f"April 2025, and **{_t(low['value'])}** in {month(low['month'])}, the lowest "
        f"since{between}; the highest since is {month(high['month'])} with "
        f"{_t(high['value'])}.{now}"
    )


def _range_sentence(months: pd.DataFrame, name: str) -> str:
    alone = months.dropna(subset=["value"])
    if alone.empty:
        return f"No month of {name} is known alone in this window."
    top, low = alone.loc[alone["value"].idxmax()], alone.loc[alone["value"].idxmin()]
    return (
        f"Of the months of {name} known alone, {month(low['month'])} is the lowest "
        f"({_t(low['value'])}) and {month(top['month'])} the highest "
        f"({_t(top['value'])})."
    )


def months_title(found: dict[str, pd.Series], months: pd.DataFrame, name: str) -> str:
    """Return the finding of a chart of months as its title."""
    alone = months["value"].dropna()
    if found:
        before, low = found["before"], found["low"]
        return (
            f"{name}: {_t(before['value'])} in {month(before['month'])}, "
            f"{_t(low['value'])} in {month(low['month'])}"
        )
    if alone.empty:
        return f"{name}: only totals of several months are printed"
    return f"{name}: {span(alone.min(), alone.max())}{SPACE}t a month"


def gaps_sentence(months: pd.DataFrame) -> str:
    """Return how many months of a window are known alone, jointly, or not."""
    counts = months["how"].value_counts()
    apart, joint = counts.get("by difference", 0), counts.get(JOINT, 0)
    return (
        f"Of {len(months)} months, {counts.get(PRINTED, 0) + apart} are known alone "
        f"({apart} of them as a total less other months), {joint} only together with "
        f"neighbours, {counts.get('missing', 0)} not at all."
    )


def sums_sentence(checked: pd.DataFrame, name: str) -> str:
    """Return how well months and totals of a flow agree."""
    off = checked["difference"].dropna().abs()
    if off.empty:
        return f"No printed total of {name} can be reached by adding other figures."
    return (
        f"{len(off)} printed totals of {name} can be reached from other months "
        f"and totals; the largest difference is {off.max():.1f}{SPACE}t."
    )


def changes_sentence(changes: pd.DataFrame, last: pd.Timestamp) -> str:
    """Return the printed changes on the year before, in the order of time."""
    end = last + pd.offsets.MonthEnd(0)
    rows = changes[(changes["period_end"] <= end) & changes["value"].notna()]
    if rows.empty:
        return "No change on the year before had been printed for this window."
    parts = []
    for row in rows.sort_values(["period_end", "period_start"]).itertuples():
        when = month(row.period_end)
        if row.period_start.month != row.period_end.month:
            when = since_january(row.period_end.year, row.period_end.month)
        parts.append(f"{when} {change(row.value / 100)}")
    return f"Against the same months a year before, agencies printed {listed(parts)}."


def ranking_title(ranking: pd.DataFrame, when: pd.Timestamp) -> str:
    """Return the finding of the bars of destinations."""
    first = ranking[ranking["entity"] != "Not named"].iloc[0]
    share = f", {pct(first['share'])} of all" if pd.notna(first["share"]) else ""
    return (
        f"{first['entity']} took {_t(first['value'])} of China's magnets in "
        f"{month(when)}{share}"
    )


def ranking_sentence(ranking: pd.DataFrame, when: pd.Timestamp) -> str:
    """Return what the named destinations add up to, and what is missing."""
    rest = ranking[ranking["entity"] == "Not named"]
    named = ranking[ranking["entity"] != "Not named"]
    if rest.empty:
        return (
            f"The total of {month(when)} is not known, so that no shares can be given; "
            f"the named destinations took {_t(named['value'].sum())}."
        )
    return (
        f"The {len(named)} named destinations took **{pct(1 - rest['share'].item())}** "
        f"of the magnets of {month(when)}. Where the other {_t(rest['value'].item())} "
        "went is printed in no source at hand."
    )


def to_importer_sentence(by: pd.DataFrame, importer: str) -> str:
    """Return the months of an importer, or that it has none."""
    own = by[by["entity"] == importer].sort_values("value")
    if importer == "World":
        return "Exports to the whole world are in the chart of months above."
    if own.empty:
        return (
            f"No single month of magnets shipped to {the(importer)} had been printed; "
            f"there are some of {listed(sorted(set(by['entity'])))}."
        )
    ends = [
        f"{_t(r.value)} in {month(r.month)}" for r in own.iloc[[0, -1]].itertuples()
    ]
    if len(own) == 1:
        return f"For **{the(importer)}**, one month is printed: {ends[0]}."
    return (
        f"For **{the(importer)}**, {len(own)} months are printed: from {ends[0]} to "
        f"{ends[1]}."
    )


def lines_title(lines: pd.DataFrame) -> str:
    """Return the finding of the lines of destinations: whose months differ most."""
    if lines.empty:
        return "No destination has three printed months in this window"
    ends = lines.groupby("entity")["value"].agg(["min", "max"])
    name = str((ends["max"] / ends["min"]).idxmax())
    low, high = ends.loc[name]
    return f"Magnets to {the(name)} ranged from {number(low)} to {_t(high)} a month"


def season_sentence(run: pd.Series, table: pd.DataFrame) -> str:
    """Return in words what season and trend are, or why there is none."""
    if table.empty:
        return (
            f"A season is not worked out: it needs {LEAST} two-month totals in a row, "
            f"and {len(run)} are known."
        )
    season = table.groupby(table.index.month)["season"].mean()
    (low, at_low), (top, at_top) = (
        (_pair(at), change(season[at], number, unit="t"))
        for at in (season.idxmin(), season.idxmax())
    )
    first, last = table["trend"].iloc[0], table["trend"].iloc[-1]
    return (
        f"Over {len(run)} two-month totals, exports tend to be highest in {top} "
        f"({at_top} against the trend) and lowest in {low} ({at_low}). The trend went "
        f"from {number(first)} to {_t(last)}. Each part of the year was seen only "
        f"{span(len(run) // 6, -(-len(run) // 6))} times, so this describes these "
        "years and forecasts none."
    )


def _pair(first: int) -> str:
    """Return "May and June" for the fifth month."""
    both = (pd.Timestamp(2025, month, 1) for month in (first, first + 1))
    return " and ".join(f"{day:%B}" for day in both)


def claims_sentence(table: pd.DataFrame) -> str:
    """Return how the claims compare with what is printed, and which do not hold."""
    counts = table["reading"].value_counts()
    parts = [f"{counts[name]} {name}" for name in READINGS if name in counts]
    off = table[table["reading"] == NOT]
    tail = "".join(
        f" {row.claim_id} said {change(row.said, number)} {row.unit}, printed is "
        f"{change(row.low, number)} {row.unit}."
        for row in off.itertuples()
    )
    return f"Of {len(table)} claims: {'; '.join(parts)}.{tail}"


def _t(tonnes: float) -> str:
    return number(tonnes, unit="t")
