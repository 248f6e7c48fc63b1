"""What prices did, in sentences with computed numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rareearth.figures.columns import has_codes
from rareearth.prices.breaks import Breaks
from rareearth.prices.forecasts import NAIVE, Forecast
from rareearth.prices.markets import OTHER_FOB, SIDES, STALE, Markets
from rareearth.prices.series import PriceSeries
from rareearth.prices.study import CLEAR, Study, first_and_peak, last_price
from rareearth.words import SPACE, change, day, listed, number, pct, span

THIN = 12  # quotes: fewer in the period are single events, not a market's price
THINNESS = {"European market": "a thin market whose price few buyers pay"}


def unit_words(series: PriceSeries) -> str:
    """Return a unit as a reader says it: "USD/kg", "USD/kg in money of 2024"."""
    money, _, weight = series.unit.rpartition("/")
    year, _, currency = money.rpartition(" ")
    return f"{currency}/{weight}" + (f" in money of {year}" if year else "")


def span_title(series: PriceSeries) -> str:
    """Return the finding of the long view: the last price between peak and trough."""
    ends, last = first_and_peak(series), last_price(series)
    return (
        f"{series.title}: {number(ends['highest'], 3)} at its peak "
        f"({ends['high_at']}), {number(ends['lowest'], 3)} at its lowest "
        f"({ends['low_at']}), {number(last['price'], 3)} {unit_words(series)} in "
        f"{last['period']}"
    )


def level_sentence(series: PriceSeries, newest: pd.Series) -> str:
    """Return where the price stands, in the unit asked for and as last quoted.

    Parameters
    ----------
    newest : Series
        The last row of the series in money of the day, with ``price``, ``quoted``,
        ``marks`` and ``unit``.
    """
    ends, last = first_and_peak(series), last_price(series)
    times = number(last["price"] / ends["lowest"], digits=1)
    text = (
        f"The last usable price of **{series.title}** is **{number(last['price'], 3)} "
        f"{unit_words(series)}** ({last['period']}). That is "
        f"{pct(last['price'] / ends['highest'])} of the peak of {ends['high_at']} and "
        f"{times} times the lowest price, of {ends['low_at']}."
    )
    if newest["quoted"] > last["quoted"]:
        weak = newest["marks"].replace(";", ", ")
        text += (
            f" In money of the day the newest quote is {number(newest['price'], 3)} "
            f"{newest['unit']} ({day(newest['quoted'])}"
            + (f", marked {weak}" if weak else "")
            + ")."
        )
    return text


def growth_sentence(study: Study) -> str:
    """Return the growth a year, and whether it differs from none."""
    if study.growth is None:
        return f"A trend is not estimated: {study.why_not['growth']}."
    row = study.growth.iloc[0]
    real = (
        "after inflation" if study.series.unit[0].isdigit() else "in money of the day"
    )
    clear = (
        "That differs from no growth by more than chance."
        if row["p_value"] < CLEAR
        else "Zero growth lies inside that interval."
    )
    return (
        f"From {row['first']} to {row['last']} the price changed by "
        f"**{change(row['estimate'])} a year** on average, {real} (95{SPACE}% "
        f"interval {span(row['low'], row['high'], change)}). {clear}"
    )


def step_sentence(study: Study) -> str:
    """Return how a declared tax step was treated, "" if there is none."""
    if not study.steps:
        return ""
    step = study.steps[0]
    began = day(pd.Timestamp(step.date))
    ended = f"The {step.label.replace(' ends', '')} ended on {began}"
    if step.change is None:
        return (
            f"{ended}. No second "
            "market shows how much of the price it was, so its size is estimated with "
            "the trend and the breaks, and the other methods begin after it."
        )
    return (
        f"{ended}. Against the "
        f"domestic market, which never paid it, this took **{change(step.change)}** "
        "off the price. The step is taken off what came before, so that no method "
        "finds a market break in a tax."
    )


def break_title(found: Breaks, series: PriceSeries) -> str:
    """Return the finding of the chart of breaks."""
    if found.dates.empty:
        return f"{series.title}: one level fits, no break is found"
    when = listed([str(last) for last in found.dates["last"]])
    count = len(found.dates)
    noun = "break" if count == 1 else "breaks"
    return f"{series.title}: {count} {noun} of level, after {when}"


def break_sentence(study: Study) -> str:
    """Return how far breaks can be trusted."""
    found = study.breaks
    if found is None:
        return f"Breaks are not looked for: {study.why_not['breaks']}."
    notes = found.notes.iloc[0]
    count = len(found.dates)
    left = number(notes["autocorrelation"], digits=2)
    text = (
        f"The least-squares partition with the best BIC has **{count} "
        f"break{'' if count == 1 else 's'}**. What is left over is correlated from one "
        f"month to the next ({left}), and then the criterion finds too many breaks and "
        "the intervals are too short."
    )
    if study.stability is None:
        return text
    walk = study.stability.set_index("test").loc["sup-F, random walk"]
    clear = (
        "so that a change of level is more than a wandering price would show"
        if walk["p_value"] < CLEAR
        else "so that these breaks describe the past, and prove no change of regime"
    )
    return (
        f"{text} A random walk made of the same monthly changes shows a break as large "
        f"in **{pct(walk['p_value'])}** of cases, {clear}."
    )


def forecast_title(found: Forecast) -> str:
    """Return the finding of the fan."""
    end = found.paths[found.paths["model"] == found.winner].iloc[-1]
    beats = bool(found.scores["beats_naive"].iloc[0])
    lead = (
        f"{found.winner} beats the random walk"
        if beats
        else "No model is shown to beat the random walk"
    )
    return (
        f"{lead}; {pct(found.level)} interval for {end['period']}: "
        f"{span(end['low'], end['high'], significant=3)}"
    )


def forecast_sentence(study: Study) -> str:
    """Return the verdict of the backtest and what the interval says."""
    found = study.forecast
    if found is None:
        return f"No forecast is made: {study.why_not['forecast']}."
    naive = found.scores.set_index("model").loc[NAIVE]
    end = found.paths[found.paths["model"] == NAIVE].iloc[-1]
    width = end["high"] / end["low"]
    return (
        f"**{found.verdict[0].upper() + found.verdict[1:]}.** The interval of the "
        f"random walk for {end['period']} runs from {number(end['low'], 3)} to "
        f"{number(end['high'], 3)} {unit_words(study.series)}: its top is "
        f"{number(width, digits=1)} times its bottom. "
        f"In the backtest {pct(naive['coverage'])} of outcomes lay inside such "
        f"intervals, which promise {pct(found.level)}. The sample is {found.sample}."
    )


def notes_sentence(series: PriceSeries) -> str:
    """Return what else a reader has to know about a series."""
    plain = f"no other mark is on the quotes of {series.title}"
    return sentences(series.notes or (plain,))


def market_title(found: Markets) -> str:
    """Return the finding of the panels: how far Europe lies over China."""
    said = [
        f"{number(row.median, digits=1)} for {row.Index.removesuffix(' oxide')}"
        for row in found.european.itertuples()
    ]
    if not said:
        return "No European quote beside a Chinese one since April 2025"
    said[0] = said[0].replace(" for", " times China FOB for", 1)
    return f"European quotes since April 2025, in the median: {listed(said)}"


def market_sentence(found: Markets) -> str:
    """Return how far European quotes lie over China FOB, and how few they are."""
    parts = [
        f"{row.Index} {number(row.median, digits=1)} times ({row.quotes} "
        f"quote{'' if row.quotes == 1 else 's'}, "
        f"{number(row.lowest, digits=1)} to {number(row.highest, digits=1)})"
        for row in found.european.itertuples()
    ]
    if not parts:
        return (
            "No European quote lies beside one of China FOB. What European buyers paid "
            "is not known from these data."
        )
    return (
        f"The median European quote is a multiple of China FOB at the time: "
        f"**{listed(parts)}**. **The European quotes of heavy rare earths are thin:** "
        "they are few, from several publishers, and a small part of what is consumed "
        "changes hands at such prices."
    )


def spread_notes(found: Markets, product: str) -> str:
    """Return what to beware of: thin markets, stale quotes, tax that is missing."""
    own = found.quotes[found.quotes["product"] == product]
    priced = own[~own["is_bound"] & (own["vat"] == "as quoted")]
    said = []
    for market in SIDES:
        quotes = priced[priced["market"] == market]
        if quotes.empty:
            said.append(f"{market}: no quote of {product}")
        elif len(quotes) < THIN:
            noun = "quote" if len(quotes) == 1 else "quotes"
            ends = dict.fromkeys(map(day, [quotes["date"].min(), quotes["date"].max()]))
            said.append(
                f"{market}: only {len(quotes)} {noun} of {product}, "
                f"{' to '.join(ends)}; "
                + THINNESS.get(market, "single days, not a series")
            )
    if others := int((priced["market"] == OTHER_FOB).sum()):
        noun = "quote" if others == 1 else "quotes"
        said.append(
            f"{others} export {noun} of other publishers stand apart: their level is "
            "not that of the regular series"
        )
    if bounds := int(own["is_bound"].sum()):
        what = (
            "asking price or bound is" if bounds == 1 else "asking prices or bounds are"
        )
        said.append(f"{bounds} {what} shown and not compared")
    weak = priced[~has_codes(priced["marks"], without=STALE)]
    if len(weak):
        where = listed(sorted(weak["market"].unique()))
        dates = f"{weak['date'].min():%Y-%m} to {weak['date'].max():%Y-%m}"
        said.append(
            f"{where}: marked stale within {dates}; a premium there may be one of age"
        )
    lacking = np.setdiff1d(
        own.loc[own["market"].eq("China domestic"), "figure_id"],
        own.loc[own["vat"].eq("without VAT"), "figure_id"],
    )
    if len(lacking):
        said.append(f"{len(lacking)} domestic quotes have no printed VAT rate")
    return sentences(said)


def volume_sentence(paid: pd.DataFrame) -> str:
    """Return what an analyst says of how much is consumed at which price.

    Parameters
    ----------
    paid : DataFrame
        Figures of ``price_volume_weighted``.
    """
    parts = []
    for product, own in paid.dropna(subset=["value"]).groupby("product"):
        values = [number(value, 3) for value in own["value"]]
        parts.append(f"{listed(values)} USD/kg for {product}")
    if not parts:
        return ""
    year = int(paid["period_end"].dt.year.max())
    return (
        f"An analyst splits nearly all of the consumption of {year} into two parts, "
        f"which paid on average {listed(parts)}: near China FOB, and far from "
        "the European quotes."
    )


def control_sentence(found: Study) -> str:
    """Return how many events moved the price beyond its usual pace."""
    texts, tried, product = [], 0, found.series.title
    for label, study in (("month", found.monthly), ("day", found.daily)):
        if study is None or study.effects.empty:
            continue
        tried += len(study.effects)
        clear = study.effects[study.effects["p_value"] < CLEAR]
        named = [
            f"{day(item.date)} ({item.title}: {change(item.abnormal)})"
            for item in clear.itertuples()
        ]
        which = f": {listed(named)}" if named else ""
        texts.append(
            f"Of **{len(study.effects)} events** that can be measured by {label}, "
            f"**{len(clear) or 'none'}** moved {product} by more than chance would in "
            f"one case of twenty{which}."
        )
    if not texts:
        why = {found.why_not.get(name): None for name in ("monthly", "daily", "path")}
        reasons = "; ".join(filter(None, why))
        return f"No event can be measured on this series ({reasons or 'all refused'})."
    by_chance = number(tried * CLEAR, digits=0)
    return (
        f"{' '.join(texts)} With {tried} comparisons, about {by_chance} would look "
        "clear by chance alone."
    )


def left_out_sentence(incomplete: list[str], whole: list[str]) -> str:
    """Return which deposits have no basket, and why.

    Parameters
    ----------
    incomplete, whole : list of str
        From `Compositions.incomplete` and `Compositions.deposits`.
    """
    parts = []
    if incomplete:
        names = "; ".join(incomplete)  # some names hold a comma
        parts.append(f"Printed in part only, and left out: {names}.")
    if not any("Weld" in name for name in [*incomplete, *whole]):
        parts.append("No oxide of Mount Weld, the mine of Lynas, is printed at all.")
    return " ".join(parts) or "No deposit at hand is left out."


def sentences(notes: Sequence[str]) -> str:
    """Return notes as sentences."""
    return " ".join(f"{note[0].upper()}{note[1:]}." for note in notes)


def p_value(value: float) -> str:
    """Return a p-value with three digits, "< 0.001" where it is less."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
