"""A producer beside its market: realised prices, size beside China, its plans."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rareearth.figures.columns import Load, codes
from rareearth.producers.accounts import OUTPUT
from rareearth.words import day, duration

# China's output that a measure is set beside, and what the measure is of.
CHINA = {
    "ndpr": ("oxide_production", "NdPr oxide", "NdPr oxide"),
    "reo": ("mine_production", "REO", "all oxides"),
    "concentrate": ("mine_production", "REO", "oxides in concentrate"),
    "separated": ("mine_production", "REO", "oxides separated"),
    "quota": ("mine_production", "REO", "mining quota"),
}
FEEDS = {
    "all-feeds": "from all feeds",
    "from-domestic-ore": "from its own ore only",
    "feeds-unstated": "from feeds not stated",
    "official-output": "from official ore only",
}
# What belongs to whom, as the notes of entities.csv say.
PLANTS = {
    "Lynas": (
        "Lynas Malaysia",
        "Lynas Kalgoorlie",
        "Lynas Mt Weld expansion",
        "Lynas Malaysia Dy-Tb circuit",
        "Lynas Malaysia heavy plant",
        "Lynas Seadrift",
    ),
    "MP Materials": (
        "Mountain Pass",
        "Mountain Pass Stage II",
        "Mountain Pass heavy separation",
        "MP Materials Independence",
        "MP 10X",
    ),
    "China Northern Rare Earth": ("China Northern Huamei",),
}
CAPACITY = ("nameplate_capacity", "nameplate_capacity_planned", "magnet_capacity")
CAPITAL = (
    "equity_raising",
    "equity_issue_price",
    "equity_issue_discount",
    "equity_issue_dilution",
    "equity_investment",
    "equity_stake",
    "warrant_price",
    "use_of_proceeds_planned",
    "government_funding",
    "government_loan",
    "private_financing",
)


def china(revisions: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return every printed output of China that a producer can be set beside.

    Parameters
    ----------
    revisions : callable
        `figures.revisions`.
    """
    parts = [
        revisions(series, "China", product=product, as_of=as_of, missing="empty")
        for series, product in dict.fromkeys(each[:2] for each in CHINA.values())
    ]
    return pd.concat(parts, ignore_index=True)


def selling_prices(book: pd.DataFrame, company: str) -> pd.DataFrame:
    """Return the average selling prices by quarter: of NdPr oxide, or the most quoted.

    Returns
    -------
    DataFrame
        Figures with ``per_kg`` (money per kilogram), ``currency`` and ``quarter``
        (pandas period); empty when none is printed for three quarters at least.
    """
    rows = book[
        (book["entity"] == company)
        & (book["series"] == "average_selling_price")
        & (book["months"] == 3)
        & book["value"].notna()
    ]
    kinds = rows.groupby(["product", "unit"])["period_end"].nunique()
    if kinds.empty or kinds.max() < 3:
        return rows.iloc[:0].assign(per_kg=0.0, currency="", quarter=pd.NaT)
    enough = kinds[kinds >= 3].sort_values()
    ndpr = enough[enough.index.get_level_values("product") == "NdPr oxide"]
    product, unit = (ndpr if len(ndpr) else enough).index[-1]
    rows = rows[(rows["product"] == product) & (rows["unit"] == unit)]
    rows = rows.sort_values(["period_end", "confidence"]).drop_duplicates("period_end")
    weight = 1000.0 if unit.endswith("/t") else 1.0
    return rows.assign(
        per_kg=rows["value"] / weight,
        currency=unit[:3],
        quarter=rows["period_end"].dt.to_period("Q"),
    ).reset_index(drop=True)


def market_quarters(monthly: pd.DataFrame) -> pd.Series:
    """Return the mean price of each quarter that has all its three months."""
    price = monthly["price"].dropna()
    quarter = price.index.asfreq("Q")
    grouped = price.groupby(quarter)
    return grouped.mean()[grouped.size() == 3]


def shares_of_china(book: pd.DataFrame, china: pd.DataFrame) -> pd.DataFrame:
    """Return the output of a producer over China's, count by count.

    The last fiscal year of the producer is divided by each printed value of China for
    the calendar years that it touches, or else for the last year before it.

    Parameters
    ----------
    book : DataFrame
        `accounts.yearly` of the producer.
    china : DataFrame
        Figures of China's ``mine_production`` (REO) and ``oxide_production`` (NdPr),
        every printed value.

    Returns
    -------
    DataFrame
        ``row``, ``value`` (a share), ``low``, ``high`` (between the printed values),
        ``confidence`` (the weaker), ``own``, ``own_year``, ``china_year``,
        ``source_id`` of China.
    """
    rows: list[dict[str, object]] = []
    for name in OUTPUT if len(china) else ():
        own = book[(book["measure"] == name) & book["chosen"] & book["value"].notna()]
        if own.empty:
            continue
        last = own.loc[own["year"].idxmax()]
        series, product, what = CHINA[name]
        theirs = china[(china["series"] == series) & (china["product"] == product)]
        first, latest = last["period_start"].year, last["period_end"].year
        for label, group in theirs.groupby("count_of"):
            touched = group[group["year"].between(first, latest)]
            if touched.empty:
                earlier = group[group["year"].between(first - 3, latest)]
                touched = earlier[earlier["year"] == earlier["year"].max()]
            if len(touched):
                rows.append(_share(last, touched, f"{what}: {label}"))
    found = pd.DataFrame(rows)
    return found.sort_values("value", ignore_index=True) if len(found) else found


def _share(own: pd.Series, touched: pd.DataFrame, label: str) -> dict[str, object]:
    """Return the share of the surest, then newest, value of China, and its range."""
    shares = float(own["value"]) / touched["amount"]
    order = touched.assign(weak=touched["confidence"] == "tertiary")
    order = order.sort_values(
        ["year", "weak", "published"], ascending=[True, False, True]
    )
    newest = order.iloc[-1]
    weak = "tertiary" in {own["confidence"], newest["confidence"]}
    return {
        "row": f"{label}, {int(newest['year'])}",
        "value": float(own["value"]) / float(newest["amount"]),
        "low": float(shares.min()),
        "high": float(shares.max()),
        "confidence": "tertiary" if weak else "secondary",
        "own": float(own["value"]),
        "own_year": int(own["period_end"].year),
        "china_year": int(newest["year"]),
        "source_id": newest["source_id"],
    }


def counted(printed: pd.DataFrame) -> pd.DataFrame:
    """Return China's printed output with what each value counts.

    A lower bound ("more than") is left out: a share of it has no upper end.

    Parameters
    ----------
    printed : DataFrame
        From `china`; full years only are kept.
    """
    if printed.empty:
        return printed
    start, end = printed["period_start"], printed["period_end"]
    full = (start.dt.year == end.dt.year) & ((end - start).dt.days >= 364)
    rows = printed[full & printed["value"].notna()]
    label = rows["basis"].map(_counts)
    return rows.assign(count_of=label, year=rows["period_end"].dt.year).rename(
        columns={"value": "amount"}
    )


def _counts(basis: str) -> str:
    held = codes(basis)
    if "ndpr-oxide" in held:
        feed = next((FEEDS[c] for c in FEEDS if c in held), FEEDS["feeds-unstated"])
        return f"China's output {feed}"
    return "China's mine output"


def given_up(milestones: pd.DataFrame) -> pd.Series:
    """Return the day on which each project that was cancelled was given up."""
    ended = milestones[milestones["step"] == "cancelled"]
    return ended.groupby("project")["actual_start"].min()


def plans(milestones: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Return what became of each dated plan of the plants by a day.

    An outcome belongs to the plan of the same plant, step and product; what is fed
    first is one step whatever its product. The slip is counted from the end of the
    planned span to the start of the actual one.

    Returns
    -------
    DataFrame, the earliest plan of a step first
        ``project``, ``product``, ``step``, ``planned``, ``stated``, ``actual``,
        ``newest``, the last date planned; ``slip_months`` (missing while a date is);
        ``ended``, when the plant was given up; ``outcome`` ("met", "late", "given up",
        "put off", "ahead" or "no outcome"); ``is_first`` plan of its step;
        ``source_id``.
    """
    steps = milestones[~milestones["step"].isin(["other", "cancelled"])]
    what = steps["product"].mask(steps["step"] == "first_feed", "feed")
    steps = steps.assign(step=steps["step"].str.replace("_", " "), product=what)
    by = ["project", "step", "product"]
    done = steps.dropna(subset=["actual_start"]).sort_values("actual_start")
    done = done.drop_duplicates(by).rename(columns={"actual_start": "actual"})
    planned = steps.dropna(subset=["planned_end"]).sort_values([*by, "planned_end"])
    planned = planned.rename(columns={"planned_end": "planned"})
    found = planned[[*by, "planned", "as_stated_on", "source_id"]].merge(
        done[[*by, "actual", "source_id"]], on=by, how="left", suffixes=("", "_done")
    )
    late = (found["actual"] - found["planned"]).dt.days / 30.44
    ended = given_up(milestones).reindex(found["project"]).set_axis(found.index)
    newest = found.groupby(by)["planned"].transform("max")
    outcome = pd.Series("no outcome", found.index).mask(newest >= on, "put off")
    outcome = outcome.mask(found["planned"] >= on, "ahead").mask(
        ended.notna(), "given up"
    )
    outcome = outcome.mask(late <= 0, "met").mask(late > 0, "late")
    both = found["source_id"] + (";" + found["source_id_done"]).fillna("")
    return found.assign(
        stated=found["as_stated_on"].fillna(""),
        newest=newest,
        slip_months=late,
        outcome=outcome,
        ended=ended,
        is_first=~found.duplicated(by),
        source_id=both,
    ).drop(columns=["as_stated_on", "source_id_done"])


def fate(plan: Any) -> str:
    """Return in words what became of a row of `plans`: "5 months late"."""
    if plan.outcome == "late":
        return f"{duration(plan.slip_months)} late"
    if plan.outcome == "given up":
        return f"given up, {day(plan.ended)}"
    if plan.outcome == "put off":
        return f"put off to {plan.newest:%B %Y}"
    rest = {"ahead": "still ahead", "no outcome": "date passed, no outcome published"}
    return rest.get(plan.outcome, plan.outcome)
