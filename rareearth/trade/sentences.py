"""What the figures on trade say, in sentences with computed numbers."""

from __future__ import annotations

import pandas as pd

from rareearth.methods.months import LEAST
from rareearth.trade.digest_trade import NOT, READINGS
from rareearth.words import SPACE, change, listed, number, pct, span, the

Finding = tuple[str, str, str]

EVENTS = {
    "2025-04-04-mofcom-18-seven-rare-earths": "export licences",
    "2025-06-10-london-framework": "London framework",
    "2025-10-09-mofcom-57-five-more-rare-earths": "more controls",
    "2025-11-07-mofcom-70-suspension": "suspended",
    "2026-01-06-mofcom-1-japan-dual-use": "Japan",
}
"""Decisions that the charts of months mark, and how they are called there."""
CONTROL = "2025-04-04-mofcom-18-seven-rare-earths"


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


def year_finding(growth: pd.DataFrame, name: str) -> list[Finding]:
    """Return the newest total since January that has a year before it."""
    if growth.empty:
        return []
    row = growth.sort_values(["year", "months"]).iloc[-1]
    whole = growth[growth["months"] == 12]
    row = whole.iloc[-1] if len(whole) else row
    return [
        (
            f"China's exports, {name}, {since_january(row['year'], row['months'])}",
            f"{number(row['value'])}{SPACE}t",
            f"{signed_pct(row['change'])} on the same part of the year before",
        )
    ]


def signed_pct(change: float) -> str:
    """Return "+13 %" or "\N{MINUS SIGN}7.5 %"."""
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else ""
    return sign + pct(abs(change))


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


def dip_finding(found: dict[str, pd.Series], name: str) -> list[Finding]:
    """Return the lowest month after the controls as a key finding."""
    if not found:
        return []
    low, before = found["low"], found["before"]
    return [
        (
            f"{name}, lowest month after the controls",
            f"{number(low['value'])}{SPACE}t",
            f"{month(low['month'])}; {signed_pct(low['value'] / before['value'] - 1)} "
            f"against {month(before['month'])}",
        )
    ]


def dip_sentence(found: dict[str, pd.Series], months: pd.DataFrame, name: str) -> str:
    """Return in words what the months before and after the controls were."""
    if not found:
        alone = months.dropna(subset=["value"])
        if alone.empty:
            return f"No month of {name} is known alone in this window."
        top, low = (
            alone.loc[alone["value"].idxmax()],
            alone.loc[alone["value"].idxmin()],
        )
        return (
            f"Of the months of {name} known alone, {month(low['month'])} is the "
            f"lowest ({number(low['value'])}{SPACE}t) and {month(top['month'])} the "
            f"highest ({number(top['value'])}{SPACE}t)."
        )
    before, low, last = found["before"], found["low"], found["last"]
    high = found["high"]
    joint = months[(months["how"] == "joint") & (months["month"] > before["month"])]
    joint = joint[joint["month"] < low["month"]]
    between = ""
    if len(joint):
        first, end = joint["month"].iloc[0], joint["month"].iloc[-1]
        between = (
            f" (from {first:%B} to {month(end)} only a joint total is printed, "
            f"{number(joint['joint'].iloc[0])}{SPACE}t)"
        )
    now = (
        ""
        if last["month"] == low["month"]
        else f" The newest month, {month(last['month'])}, stands at "
        f"{number(last['value'])}{SPACE}t, "
        f"{signed_pct(last['value'] / before['value'] - 1)} against the month before "
        "the controls."
    )
    return (
        f"Exports of {name} were **{number(before['value'])}{SPACE}t** in "
        f"{month(before['month'])}, the last month known alone before the controls of "
        f"April 2025, and **{number(low['value'])}{SPACE}t** in {month(low['month'])}, "
        f"the lowest since{between}; the highest since is {month(high['month'])} with "
        f"{number(high['value'])}{SPACE}t.{now}"
    )


def months_title(found: dict[str, pd.Series], months: pd.DataFrame, name: str) -> str:
    """Return the finding of a chart of months as its title."""
    alone = months.dropna(subset=["value"])
    if found:
        before, low = found["before"], found["low"]
        return (
            f"{name}: {number(before['value'])}{SPACE}t in {month(before['month'])}, "
            f"{number(low['value'])}{SPACE}t in {month(low['month'])}"
        )
    if alone.empty:
        return f"{name}: only totals of several months are printed"
    low, top = alone["value"].min(), alone["value"].max()
    return f"{name}: {span(low, top, number)}{SPACE}t a month"


def gaps_sentence(months: pd.DataFrame) -> str:
    """Return how many months of a window are known alone, jointly, or not."""
    counts = months["how"].value_counts()
    alone = counts.get("printed", 0) + counts.get("by difference", 0)
    return (
        f"Of {len(months)} months, {alone} are known alone "
        f"({counts.get('by difference', 0)} of them as a total less other months), "
        f"{counts.get('joint', 0)} only together with neighbours, "
        f"{counts.get('missing', 0)} not at all."
    )


def growth_sentence(growth: pd.DataFrame, name: str) -> str:
    """Return the newest year-to-date growth, and that of the newest whole year."""
    if growth.empty:
        return f"No total of {name} can be set beside that of a year before."
    newest = growth.sort_values(["year", "months"]).iloc[-1]
    whole = growth[growth["months"] == 12].tail(1)
    rows = [row for _, row in whole.iterrows()]
    if not rows or (newest["year"], newest["months"]) != (rows[0]["year"], 12):
        rows.append(newest)
    parts = [
        f"{number(row['value'])}{SPACE}t in "
        f"{since_january(row['year'], row['months'])} "
        f"({signed_pct(row['change'])} on the year)"
        for row in rows
    ]
    return f"Exports of {name}: {listed(parts)}."


def sums_sentence(checked: pd.DataFrame, name: str) -> str:
    """Return how well months and totals of a flow agree."""
    both = checked.dropna(subset=["difference"])
    if both.empty:
        return f"No printed total of {name} can be reached by adding other figures."
    return (
        f"{len(both)} printed totals of {name} can be reached from other months "
        f"and totals; the largest difference is "
        f"{both['difference'].abs().max():.1f}{SPACE}t."
    )


def ranking_title(ranking: pd.DataFrame, when: pd.Timestamp) -> str:
    """Return the finding of the bars of destinations."""
    named = ranking[ranking["entity"] != "Not named"]
    first = named.iloc[0]
    share = f", {pct(first['share'])} of all" if pd.notna(first["share"]) else ""
    return (
        f"{first['entity']} took {number(first['value'])}{SPACE}t of China's magnets "
        f"in {month(when)}{share}"
    )


def ranking_sentence(ranking: pd.DataFrame, when: pd.Timestamp) -> str:
    """Return what the named destinations add up to, and what is missing."""
    rest = ranking[ranking["entity"] == "Not named"]
    named = ranking[ranking["entity"] != "Not named"]
    total = named["value"].sum()
    if rest.empty:
        return (
            f"The total of {month(when)} is not known, so that no shares can be given; "
            f"the named destinations took {number(total)}{SPACE}t."
        )
    return (
        f"The {len(named)} named destinations took **{pct(1 - rest['share'].item())}** "
        f"of the magnets of {month(when)}. Where the other "
        f"{number(rest['value'].item())}{SPACE}t went is printed in no source at hand."
    )


def to_importer_sentence(by: pd.DataFrame, importer: str) -> str:
    """Return the months of an importer, or that it has none."""
    own = by[by["entity"] == importer]
    if importer == "World":
        return "Exports to the whole world are in the chart of months above."
    if own.empty:
        known = sorted(set(by["entity"]))
        return (
            f"No single month of magnets shipped to {the(importer)} had been printed; "
            f"there are some of {listed(known)}."
        )
    low, high = own.loc[own["value"].idxmin()], own.loc[own["value"].idxmax()]
    only = len(own) == 1
    reach = (
        f"{number(low['value'])}{SPACE}t in {month(low['month'])}"
        if only
        else f"from {number(low['value'])}{SPACE}t in {month(low['month'])} to "
        f"{number(high['value'])}{SPACE}t in {month(high['month'])}"
    )
    many = "one month is" if only else f"{len(own)} months are"
    return f"For **{the(importer)}**, {many} printed: {reach}."


def net_title(balance: pd.DataFrame) -> str:
    """Return the finding of the chart of both directions."""
    more = int((balance["net"] > 0).sum())
    return (
        f"China imported more tonnes of rare earths than it exported in {more} of "
        f"{len(balance)} stretches of months"
    )


def net_sentence(balance: pd.DataFrame) -> str:
    """Return in words what China's net imports are, and what the tonnes hold."""
    last = balance.iloc[-1]
    low, high = (
        balance["net"] / balance["months"],
        balance["imports"] / balance["exports"],
    )
    return (
        f"By gross weight, net imports ran from {number(low.min())} to "
        f"{number(low.max())}{SPACE}t a month, and imports were {high.min():.1f} to "
        f"{high.max():.1f} times exports. In the newest stretch, from "
        f"{month(last['month'])}, {number(last['imports'])}{SPACE}t came in and "
        f"{number(last['exports'])}{SPACE}t went out. The tonnes are not of one thing: "
        "imports are largely ores, concentrates and mixed oxides and carbonates that "
        "Chinese plants separate, exports are separated products. A positive balance "
        "here says that China processes for others, not that it runs short."
    )


def season_sentence(run: pd.Series, table: pd.DataFrame) -> str:
    """Return in words what season and trend are, or why there is none."""
    if table.empty:
        return (
            f"A season is not worked out: it needs {LEAST} two-month totals in a row, "
            f"and {len(run)} are known."
        )
    season = table.groupby(table.index.month)["season"].mean()
    top, low = season.idxmax(), season.idxmin()
    names = {1: "January and February", 3: "March and April", 5: "May and June"}
    names |= {7: "July and August", 9: "September and October"}
    names |= {11: "November and December"}
    first, last = table["trend"].iloc[0], table["trend"].iloc[-1]
    return (
        f"Over {len(run)} two-month totals, exports tend to be highest in {names[top]} "
        f"({change(season[top], number, unit='t')} against the trend) and lowest in "
        f"{names[low]} ({change(season[low], number, unit='t')}). The trend went from "
        f"{number(first)} to {number(last)}{SPACE}t. Each part of the year was seen "
        f"only {span(len(run) // 6, -(-len(run) // 6))} times, so this describes "
        "these years and forecasts none."
    )


def changes_sentence(changes: pd.DataFrame, last: pd.Timestamp) -> str:
    """Return the printed changes on the year before, in the order of time."""
    end = last + pd.offsets.MonthEnd(0)
    rows = changes[(changes["period_end"] <= end) & changes["value"].notna()]
    if rows.empty:
        return "No change on the year before had been printed for this window."
    parts = [
        f"{_span(row.period_start, row.period_end)} {signed_pct(row.value / 100)}"
        for row in rows.sort_values(["period_end", "period_start"]).itertuples()
    ]
    return f"Against the same months a year before, agencies printed {listed(parts)}."


def _span(start: pd.Timestamp, end: pd.Timestamp) -> str:
    if start.month == end.month:
        return month(end)
    return since_january(end.year, end.month)


def lines_title(lines: pd.DataFrame) -> str:
    """Return the finding of the lines of destinations: whose months differ most."""
    if lines.empty:
        return "No destination has three printed months in this window"
    grouped = lines.groupby("entity")["value"]
    ratio = (grouped.max() / grouped.min()).sort_values(ascending=False)
    name = ratio.index[0]
    low, high = grouped.min()[name], grouped.max()[name]
    return (
        f"Magnets to {_called(str(name))} ranged from {number(low)} to "
        f"{number(high)}{SPACE}t a month"
    )


def _called(name: str) -> str:
    return f"the {name}" if name == "United States" else name


def values_table(values: pd.DataFrame) -> pd.DataFrame:
    """Return unit values as readers see them, the newest first."""
    rows = values.sort_values(
        ["entity", "product", "period_end"], ascending=[True, True, False]
    )
    return pd.DataFrame(
        {
            "Trade": rows["entity"] + ", " + rows["product"],
            "From": rows["period_start"],
            "To": rows["period_end"],
            "Per kg": rows["value"],
            "Currency": rows["unit"].str.slice(0, 3),
            "How": rows["how"],
            "Definition": rows["definition"],
        }
    )


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


def year_title(growth: pd.DataFrame, name: str) -> str:
    """Return the finding of a chart of months: the newest total, and its growth."""
    if growth.empty:
        return f"China's exports of {name}, month by month"
    whole = growth[growth["months"] == 12]
    row = (whole if len(whole) else growth).iloc[-1]
    return (
        f"China exported {number(row['value'])}{SPACE}t of {name} in "
        f"{since_january(row['year'], row['months'])}, {signed_pct(row['change'])} on "
        "the year"
    )
