"""What prices did, in sentences with computed numbers."""

from __future__ import annotations

import pandas as pd

from rareearth.methods.breaks import Breaks
from rareearth.methods.forecasts import NAIVE, Forecast
from rareearth.prices.digest_prices import verdict
from rareearth.prices.market_sentences import europe, sentences
from rareearth.prices.series import PriceSeries
from rareearth.prices.study import CLEAR, Study, first_and_peak, last_price
from rareearth.prices.tables import Markets
from rareearth.words import SPACE, change, listed, number, pct, span


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
    text = (
        f"The last usable price of **{series.title}** is **{number(last['price'], 3)} "
        f"{unit_words(series)}** ({last['period']}). That is "
        f"{pct(last['price'] / ends['highest'])} of the peak of {ends['high_at']} and "
        f"{last['price'] / ends['lowest']:.1f} times the lowest price, of "
        f"{ends['low_at']}."
    )
    if newest["quoted"] > last["quoted"]:
        weak = newest["marks"].replace(";", ", ")
        text += (
            f" In money of the day the newest quote is {number(newest['price'], 3)} "
            f"{newest['unit']} ({newest['quoted']:%Y-%m-%d}"
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
    if step.change is None:
        return (
            f"The {step.label.replace(' ends', '')} ended on {step.date}. No second "
            "market shows how much of the price it was, so its size is estimated with "
            "the trend and the breaks, and the other methods begin after it."
        )
    return (
        f"The {step.label.replace(' ends', '')} ended on {step.date}. Against the "
        f"domestic market, which never paid it, this took **{change(step.change)}** "
        "off the price. The step is taken off what came before, so that no method "
        "finds a market break in a tax."
    )


def root_sentence(study: Study) -> str:
    """Return what the two tests of stationarity say together."""
    if study.unit_root is None:
        return f"Stationarity is not tested: {study.why_not['unit_root']}."
    tests = study.unit_root.tests
    return (
        f"Tested on the longest unbroken stretch ({tests['first'].iloc[0]} to "
        f"{tests['last'].iloc[0]}, {tests['n'].iloc[0]} prices), the series is "
        f"**{study.unit_root.verdict}**."
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
    text = (
        f"The least-squares partition with the best BIC has **{count} "
        f"break{'' if count == 1 else 's'}**. What is left over is correlated from one "
        f"month to the next ({notes['autocorrelation']:.2f}), and then the criterion "
        "finds too many breaks and the intervals are too short."
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


def volatility_title(values: pd.Series, series: PriceSeries) -> str:
    """Return the finding of the chart of volatility."""
    found = values.dropna()
    return (
        f"{series.title}: volatility of {pct(found.iloc[-1])} a year in "
        f"{found.index[-1]}, {pct(found.median())} in the median month"
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
        f"{number(end['high'], 3)} {unit_words(study.series)}: its top is {width:.1f} "
        "times its bottom. "
        f"In the backtest {pct(naive['coverage'])} of outcomes lay inside such "
        f"intervals, which promise {pct(found.level)}. The sample is {found.sample}."
    )


def findings(
    study: Study,
    compared: pd.DataFrame,
    said: pd.DataFrame,
    found: Markets,
) -> list[tuple[str, str, str]]:
    """Return the key findings of the report on prices."""
    return [
        _level_finding(study.series),
        *_growth_finding(study),
        *_claim_findings(compared, said),
        *_europe_finding(found),
        *_outlook_finding(study),
    ]


def _level_finding(series: PriceSeries) -> tuple[str, str, str]:
    last, ends = last_price(series), first_and_peak(series)
    money, *of = unit_words(series).split(" ")
    reach = (
        f"between {number(ends['lowest'], 3)} and {number(ends['highest'], 3)} since "
    )
    return (
        f"{series.title}, {last['period']}",
        f"{number(last['price'], 3)} {money}",
        "; ".join(filter(None, [" ".join(of), reach + str(ends["since"])])),
    )


def _growth_finding(study: Study) -> list[tuple[str, str, str]]:
    if study.growth is None:
        return []
    row = study.growth.iloc[0]
    label = f"Growth a year, {row['first']} to {row['last']}"
    reach = f"95{SPACE}% interval {span(row['low'], row['high'], change)}"
    return [(label, change(row["estimate"]), reach)]


def _claim_findings(
    compared: pd.DataFrame, said: pd.DataFrame
) -> list[tuple[str, str, str]]:
    items = []
    for claim in said.itertuples():
        counts = verdict(compared[compared["claim"] == claim.claim], claim.claim)
        if counts["n"]:
            items.append(
                (
                    f"Claim: {change(claim.claim)}, {claim.first} to {claim.last}",
                    f"{counts['near']} of {counts['n']} prices",
                    f"are near it; they range from {change(counts['low'])} to "
                    f"{change(counts['high'])}",
                )
            )
    return items


def _europe_finding(found: Markets) -> list[tuple[str, str, str]]:
    times = europe(found).get("Dy oxide")
    if times is None:
        return []
    reach = f"median of {times['n']:.0f} quotes since April 2025: thin"
    return [("Europe over China FOB, Dy oxide", f"{times['median']:.1f} times", reach)]


def _outlook_finding(study: Study) -> list[tuple[str, str, str]]:
    found = study.forecast
    if found is None:
        return []
    row = found.paths[found.paths["model"] == NAIVE].iloc[-1]
    beats = bool(found.scores["beats_naive"].iloc[0])
    better = f"{found.winner} does better" if beats else "nothing is shown to beat it"
    return [
        (
            f"Random walk, {row['period']}",
            span(row["low"], row["high"], significant=3),
            f"{pct(found.level)} interval, {unit_words(study.series)}; {better}",
        )
    ]


def notes_sentence(series: PriceSeries, newest: pd.Series) -> str:
    """Return what else a reader has to know about a series."""
    notes = [note for note in series.notes if not note.startswith("left out")]
    if notes:
        return sentences(notes)
    return f"No other mark is on the quotes of {series.title}."
