"""What moved the cash and the profit of a producer from one year to the next."""

from __future__ import annotations

import pandas as pd

from rareearth.producers.accounts import MEASURES, fiscal_year, line

# Measure, and the sign with which it enters the result.
CASH_STEPS = {"operating_cash": 1, "capex": -1, "buyback": -1}
PROFIT_STEPS = {
    "gross_profit": 1,
    "sga": -1,
    "other_operating": -1,
    "interest": 1,  # printed as a negative number where it is a cost
    "interest_income": 1,
    "currency": 1,
    "other": 1,
    "tax": -1,
}
_COLUMNS = ["label", "value", "kind", "measure"]


def cash_years(book: pd.DataFrame) -> list[int]:
    """Return the fiscal years that have cash at both ends and a printed flow."""
    cash = line(book, "cash")
    flows = {int(year) for name in CASH_STEPS for year in _flow(book, name, None).index}
    return [
        int(year) for year in cash.index if year - 1 in cash.index and year in flows
    ]


def _flow(book: pd.DataFrame, measure: str, year: int | None) -> pd.Series:
    """Return a measure by year; for a step another definition may fill a year.

    The wider definition of capital spending (with mine development) is better in a
    bridge than none: what it moves leaves the rest smaller, and no ratio mixes them.
    """
    rows = book[(book["measure"] == measure) & book["value"].notna()]
    rows = rows.sort_values(["year", "chosen"], ascending=[True, False])
    series = rows.drop_duplicates("year").set_index("year")["value"]
    return series if year is None else series[series.index == year]


def cash_bridge(book: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return how cash went from the end of one fiscal year to the end of the next.

    Opening cash + printed flows + everything else = closing cash. "Everything else"
    (financing, leases, interest, exchange differences) is what is left, not printed.

    Parameters
    ----------
    book : DataFrame
        From `producers.accounts`.
    year : int
        One of `cash_years`.

    Returns
    -------
    DataFrame
        ``label``, ``value`` in the unit of the accounts, ``kind`` ("level", "step" or
        "rest"), ``measure``. The steps add up to the difference of the levels.
    """
    cash = line(book, "cash")
    opening, closing = float(cash[year - 1]), float(cash[year])
    steps = [
        (MEASURES[name].label, sign * float(found.iloc[0]), "step", name)
        for name, sign in CASH_STEPS.items()
        if len(found := _flow(book, name, year))
    ]
    rest = closing - opening - sum(step[1] for step in steps)
    return pd.DataFrame(
        [
            ("Cash before", opening, "level", "cash"),
            *steps,
            ("Everything else", rest, "rest", ""),
            ("Cash after", closing, "level", "cash"),
        ],
        columns=_COLUMNS,
    )


def profit_years(book: pd.DataFrame) -> list[int]:
    """Return the years with a profit and a gross profit, and the same a year before."""
    profit, gross = line(book, "net_profit"), line(book, "gross_profit")
    both = profit.index.intersection(gross.index)
    return [int(year) for year in both if year - 1 in both]


def profit_bridge(book: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return which lines of the accounts moved net profit against the year before.

    A line counts if it is printed for both years on one definition. The rest is what
    the lines leave open, rounding included.

    Returns
    -------
    DataFrame
        As in `cash_bridge`.
    """
    profit = line(book, "net_profit")
    before, after = float(profit[year - 1]), float(profit[year])
    steps = []
    for name, sign in PROFIT_STEPS.items():
        series = line(book, name)
        if year in series.index and year - 1 in series.index:
            moved = sign * float(series[year] - series[year - 1])
            steps.append((MEASURES[name].label, moved, "step", name))
    rest = after - before - sum(step[1] for step in steps)
    return pd.DataFrame(
        [
            ("Profit before", before, "level", "net_profit"),
            *steps,
            ("Everything else", rest, "rest", ""),
            ("Profit after", after, "level", "net_profit"),
        ],
        columns=_COLUMNS,
    )


def behind(book: pd.DataFrame, bridge: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the figures that a bridge rests on, for citing."""
    return book[
        book["measure"].isin(bridge["measure"]) & book["year"].isin([year - 1, year])
    ]


def drawn(
    bridge: pd.DataFrame, before: str, after: str, least: float = 0.02
) -> pd.DataFrame:
    """Return a bridge as it is drawn: levels named, tiny steps in everything else.

    A step is tiny below the share `least` of the largest bar.
    """
    tiny = (bridge["kind"] == "step") & (
        bridge["value"].abs() < least * bridge["value"].abs().max()
    )
    kept = bridge[~tiny].copy()
    kept.loc[kept["kind"] == "rest", "value"] += bridge.loc[tiny, "value"].sum()
    kept["label"] = [before, *kept["label"].iloc[1:-1], after]
    return kept.reset_index(drop=True)


def cash_table(book: pd.DataFrame) -> pd.DataFrame:
    """Return the cash bridges of all years, one row a year, in the accounts' unit."""
    rows = []
    for year in cash_years(book):
        bridge = cash_bridge(book, year)
        rows.append(
            {"year": year}
            | {
                str(item.label): item.value
                for item in bridge.itertuples()
                if item.kind != "level"
            }
            | {
                "Cash before": bridge["value"].iloc[0],
                "Cash after": bridge["value"].iloc[-1],
            }
        )
    return pd.DataFrame(rows)


def cash_shown(table: pd.DataFrame, month: int) -> pd.DataFrame:
    """Return `cash_table` as readers see it, newest year first."""
    steps = [c for c in table if c not in ("year", "Cash before", "Cash after")]
    shown = table.sort_values("year", ascending=False)
    years = [fiscal_year(int(year), month) for year in shown["year"]]
    ordered = shown[["Cash before", *steps, "Cash after"]].round(1)
    ordered.insert(0, "Year", years)
    return ordered
