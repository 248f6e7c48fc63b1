"""File what the workbook's models expect of the next editions: expectations.csv.

Run it when a model or the data have moved on. It adds what is expected of periods for
which nothing is filed yet, dated today, and changes no row that is there; then
`rareearth check --seal`. The models are those of `rareearth.prices.forecasts`:

- prices: the random walk whose interval report 02 prints;
- quantities: the same random walk over the last `YEARS` years of series that are too
  short for a backtest, without what lies before a zero;
- a year that the survey has published once: that its next edition revises it by no more
  than four in five figures were revised before.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

import rareearth as ree
from rareearth.figures import dictionaries, vintages
from rareearth.figures.csv_files import RECORDS
from rareearth.prices import forecasts
from rareearth.prices.series import Prices, chosen, net_of

LEVEL = 0.8
YEARS = 20
TARGET = dictionaries.folder() / "expectations.csv"
COLUMNS = RECORDS["expectations"]
SURVEY = "USGS Mineral Commodity Summaries"
DAYS = {"Y": (350, 380), "Q": (85, 95), "M": (27, 32)}  # that a period has
A_YEAR = {"Y": 1, "Q": 4, "M": 12}
OXIDES = ["Nd oxide", "Pr oxide", "Dy oxide", "Tb oxide", "Y oxide"]
MONTHS = ["2026-12", "2027-06"]
QUANTITIES = [  # series, entity, product, code that the basis has, period
    ("mine_production", "World", "REO", "REO", "2026"),
    ("mine_production", "China", "REO", "REO", "2026"),
    ("mine_production", "United States", "REO", "REO", "2026"),
    ("mine_production", "Australia", "REO", "REO", "2026"),
    ("mine_production", "Myanmar", "REO", "REO", "2026"),
    ("rare_earth_exports", "China", "rare earths", "gacc-headline", "2026"),
    ("magnet_exports", "China", "rare-earth magnets", "hs-85051110", "2026-12"),
    ("ndpr_production", "Lynas", "NdPr oxide", "ndpr-oxide", "2026Q4"),
    ("ndpr_production", "MP Materials", "NdPr oxide", "ndpr-oxide", "2026Q4"),
    ("us_imports_from", "China", "rare-earth compounds", "hts-2846", "2026"),
]
REVISED = [("World", 2025), ("Australia", 2025)]

Row = dict[str, str]


def main() -> None:
    """Add what is not filed yet."""
    with TARGET.open(encoding="utf-8", newline="") as file:
        filed = list(csv.DictReader(file))
    ids = {row["expectation_id"] for row in filed}
    today = dt.date.today().isoformat()
    new = [row for row in expected("latest") if row["expectation_id"] not in ids]
    rows = [*filed, *({**row, "filed_on": today} for row in new)]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["expectation_id"]))
    print(f"{len(new)} expectations are filed, {len(rows)} in all")


def expected(as_of: str) -> Iterator[Row]:
    """Yield what is expected by what had been published on a day."""
    prices = Prices.load(as_of, cpi_gaps=1)
    for product in OXIDES:
        series = chosen(prices, product, "China FOB")
        values = net_of(series.values, series.step)
        paths = forecasts.forecast(values, 12).paths
        walk = paths[paths["model"] == forecasts.NAIVE].set_index("period")
        for month in map(pd.Period, MONTHS):
            model = f"prices.forecasts, random walk of report 02 from {series.title}"
            last = series.figures.iloc[[-1]]
            numbers = walk.loc[month, ["median", "low", "high"]]
            yield _row(
                last, month, *numbers, f"{model}, to {values.dropna().index[-1]}"
            )
    for name, entity, product, code, when in QUANTITIES:
        yield _quantity(name, entity, product, code, pd.Period(when), as_of)
    for entity, year in REVISED:
        yield _revision(entity, year, as_of)


def _quantity(
    name: str, entity: str, product: str, code: str, when: pd.Period, as_of: str
) -> Row:
    """Return what a random walk in logs expects of a quantity."""
    known = ree.load(name, entity, product, as_of=as_of).dropna(subset=["value"])
    known = known[known["basis"].str.split(";").map(lambda codes: code in codes)]
    known = known[~known["basis"].str.contains("year-to-date")]
    days = (known["period_end"] - known["period_start"]).dt.days
    step = when.freqstr[0].replace("A", "Y")
    known = known[days.between(*DAYS[step])]
    known = known[known["value"].ne(0)[::-1].cummin()[::-1]]  # since the last zero
    at = known["period_end"].dt.to_period(when.freqstr)
    log = pd.Series(np.log(known["value"].to_numpy()), index=pd.PeriodIndex(at))
    log = log[~log.index.duplicated(keep="last")]
    log = log[
        log.index > log.index[-1] - YEARS * (1 if when.freqstr[0] in "YA" else 12)
    ]
    whole = log.reindex(pd.period_range(log.index[0], log.index[-1])).to_numpy()
    ahead = (when - log.index[-1]).n
    model = forecasts.CANDIDATES[forecasts.NAIVE]
    mean, sd = model.predict(whole, model.fit(whole), ahead)
    half = stats.norm.ppf((1 + LEVEL) / 2) * sd[-1]
    numbers = np.exp([mean[-1], mean[-1] - half, mean[-1] + half])
    words = f"prices.forecasts, random walk over {len(log)} values to {log.index[-1]}"
    return _row(known.tail(1), when, *numbers, words)


def _revision(entity: str, year: int, as_of: str) -> Row:
    """Return how far the next edition may revise a year, as most were before."""
    printed = ree.revisions("mine_production", as_of=as_of, publication=SURVEY)
    editions = vintages.by_edition(printed)
    editions = editions[(editions["editions"] > 1) & (editions["entity"] == entity)]
    sizes = editions["revision"].abs().dropna()
    most = float(sizes.quantile(LEVEL))
    last = printed[
        (printed["entity"] == entity) & (printed["period_end"].dt.year == year)
    ].tail(1)
    value = float(last["value"].item())
    words = f"figures.vintages, {len(sizes)} of its figures that the survey revised"
    numbers = value, value * (1 - most), value * (1 + most)
    return _row(
        last, pd.Period(str(year)), *numbers, words, "as the next edition has it"
    )


def _row(
    last: pd.DataFrame,
    when: pd.Period,
    value: float,
    low: float,
    high: float,
    model: str,
    note: str = "",
) -> Row:
    """Return an expectation of what one more row of a figure's kind will say."""
    figure = last.iloc[0]
    basis = dictionaries.known("").definition(figure["basis"])
    parts = (figure["series"], figure["entity"], figure["product"], str(when))
    return {
        "expectation_id": "-".join(parts).lower().replace(" ", "-").replace("_", "-"),
        **{name: str(figure[name]) for name in ("series", "entity", "product", "unit")},
        "period_start": f"{when.start_time:%Y-%m-%d}",
        "period_end": f"{when.end_time:%Y-%m-%d}",
        "value": _rounded(value),
        "low": _rounded(low),
        "high": _rounded(high),
        "level": str(LEVEL),
        "basis": basis,
        "model": model,
        "note": note,
    }


def _rounded(number: float) -> str:
    """Return a number with three digits that count."""
    text = f"{float(f'{number:.3g}'):f}"
    return text.rstrip("0").rstrip(".")


if __name__ == "__main__":
    main()
