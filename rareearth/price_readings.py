"""What prices did, in sentences with computed numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.baskets import Basket
from rareearth.breaks import Breaks
from rareearth.candidates import NAIVE
from rareearth.forecasts import Forecast
from rareearth.price_claims import verdict
from rareearth.price_series import PriceSeries
from rareearth.price_study import Controls, Study, first_and_peak, last_price
from rareearth.price_tables import Markets
from rareearth.words import SPACE, listed, pct

MINUS = "\N{MINUS SIGN}"
CLEAR = 0.05  # a p-value below it is called clear of chance


def price(value: float) -> str:
    """Return a price with three or four digits: 1,094, 97.6, 6.13."""
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def change(share: float) -> str:
    """Return a change with its sign: +75 %, -11 %, 0 %, +340 %."""
    text = pct(abs(share))
    if float(text.split(SPACE)[0]) == 0:
        return text
    return ("+" if share > 0 else MINUS) + text


def interval(low: float, high: float) -> str:
    """Return "-1.4 % to +4.9 %"."""
    return f"{change(low)} to {change(high)}"


def unit_words(series: PriceSeries) -> str:
    """Return a unit as a reader says it: "USD/kg", "USD/kg in money of 2024"."""
    money, _, weight = series.unit.rpartition("/")
    year, _, currency = money.rpartition(" ")
    return f"{currency}/{weight}" + (f" in money of {year}" if year else "")


def span_title(series: PriceSeries) -> str:
    """Return the finding of the long view: the last price between peak and trough."""
    ends, last = first_and_peak(series), last_price(series)
    return (
        f"{series.title}: {price(ends['highest'])} at its peak ({ends['high_at']}), "
        f"{price(ends['lowest'])} at its lowest ({ends['low_at']}), "
        f"{price(last['price'])} {unit_words(series)} in {last['period']}"
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
        f"The last usable price of **{series.title}** is **{price(last['price'])} "
        f"{unit_words(series)}** ({last['period']}). That is "
        f"{pct(last['price'] / ends['highest'])} of the peak of {ends['high_at']} and "
        f"{last['price'] / ends['lowest']:.1f} times the lowest price, of "
        f"{ends['low_at']}."
    )
    if newest["quoted"] > last["quoted"]:
        weak = newest["marks"].replace(";", ", ")
        text += (
            f" In money of the day the newest quote is {price(newest['price'])} "
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
        else "No growth at all lies inside that interval."
    )
    return (
        f"From {row['first']} to {row['last']} the price changed by "
        f"**{change(row['estimate'])} a year** on average, {real} (95{SPACE}% "
        f"interval {interval(row['low'], row['high'])}). {clear}"
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


def claim_sentence(found: pd.DataFrame, claim: float, when: str) -> str:
    """Return how many of the known prices agree with a claimed change."""
    counts = verdict(found, claim)
    if not counts["n"]:
        return f"No known price covers the time of the claim {change(claim)} ({when})."
    agree = (
        "none of them is within two points of it"
        if not counts["near"]
        else f"{counts['near']} of them within two points of it"
    )
    return (
        f"The claim says **{change(claim)}** {when}, of no named product, market or "
        f"money. **{counts['n']} series and pairs of quotations** cover that time: "
        f"{agree}, {counts['above'] or 'none'} changed by more, "
        f"{counts['below'] or 'none'} by less, and {counts['fell'] or 'none'} fell. "
        f"They range from {change(counts['low'])} to {change(counts['high'])}."
    )


def claim_title(found: pd.DataFrame, claim: float, when: str) -> str:
    """Return the finding of a chart that holds a claim against each price."""
    counts = verdict(found, claim)
    if counts["near"]:
        near = found[(found["change"] - claim).abs() <= 0.02].iloc[0]
        return (
            f"{when.capitalize()}: {counts['n'] - counts['near']} of {counts['n']} "
            f"prices do not show {change(claim)}; {near['product']}, "
            f"{near['market']}, does"
        )
    return (
        f"{when.capitalize()}: none of {counts['n']} prices shows {change(claim)}; "
        f"they range from {change(counts['low'])} to {change(counts['high'])}"
    )


def market_title(found: Markets) -> str:
    """Return the finding of the panels: how far Europe lies over China."""
    said = [
        f"{times['median']:.1f} for {product.replace(' oxide', '')}"
        for product, times in _europe(found).items()
    ]
    if not said:
        return "No European quote beside a Chinese one since April 2025"
    said[0] = said[0].replace(" for", " times China FOB for", 1)
    return f"European quotes since April 2025, in the median: {listed(said)}"


def market_sentence(found: Markets) -> str:
    """Return how far European quotes lie over China FOB, and how few they are."""
    parts = [
        f"{product} {times['median']:.1f} times ({times['n']:.0f} "
        f"quote{'' if times['n'] == 1 else 's'}, {times['low']:.1f} to "
        f"{times['high']:.1f})"
        for product, times in _europe(found).items()
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


def _europe(found: Markets) -> dict[str, dict[str, float]]:
    times = {}
    for product, one in found.spreads.items():
        own = one.premium[one.premium["market"] == "European market"]["premium"] + 1
        if len(own):
            times[product] = {
                "median": float(own.median()),
                "low": float(own.min()),
                "high": float(own.max()),
                "n": len(own),
            }
    return times


def volume_sentence(paid: pd.DataFrame) -> str:
    """Return what an analyst says of how much is consumed at which price.

    Parameters
    ----------
    paid : DataFrame
        Figures of ``price_volume_weighted``.
    """
    parts = []
    for product, own in paid.dropna(subset=["value"]).groupby("product"):
        values = [price(value) for value in own["value"]]
        parts.append(f"{listed(values)} USD/kg for {product}")
    if not parts:
        return ""
    year = int(paid["period_end"].dt.year.max())
    return (
        f"An analyst splits nearly all of the consumption of {year} into two parts, "
        f"which paid on average {' and '.join(parts)}: near China FOB, and far from "
        "the European quotes."
    )


def control_sentence(found: Controls, product: str) -> str:
    """Return how many events moved the price beyond its usual pace."""
    texts = []
    for label, study in (("month", found.monthly), ("day", found.daily)):
        if study is None or study.effects.empty:
            continue
        clear = study.effects[study.effects["p_value"] < CLEAR]
        named = [
            f"{item.date:%Y-%m-%d} ({item.title}: {change(item.abnormal)})"
            for item in clear.itertuples()
        ]
        which = f": {listed(named)}" if named else ""
        texts.append(
            f"Of **{len(study.effects)} events** that can be measured by {label}, "
            f"**{len(clear) or 'none'}** moved {product} by more than chance would in "
            f"one case of twenty{which}."
        )
    if not texts:
        reasons = "; ".join(dict.fromkeys(found.why_not.values()))
        return f"No event can be measured on this series ({reasons or 'all refused'})."
    tried = sum(
        len(study.effects)
        for study in (found.monthly, found.daily)
        if study is not None
    )
    texts.append(
        f"With {tried} comparisons, about {tried * CLEAR:.0f} would look clear by "
        "chance alone."
    )
    return " ".join(texts)


def path_title(path: pd.DataFrame) -> str:
    """Return the finding of the local projection at its last horizon."""
    last = path.iloc[-1]
    return (
        f"{last['ahead']} months after a control or disruption: "
        f"{change(last['response'])}, 90 % interval "
        f"{interval(last['low'], last['high'])}"
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
        f"{lead}; {pct(found.level)} interval for {end['period']}: {price(end['low'])} "
        f"to {price(end['high'])}"
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
        f"random walk for {end['period']} runs from {price(end['low'])} to "
        f"{price(end['high'])} {unit_words(study.series)}: its top is {width:.1f} "
        "times its bottom. "
        f"In the backtest {pct(naive['coverage'])} of outcomes lay inside such "
        f"intervals, which promise {pct(found.level)}. The sample is {found.sample}."
    )


def basket_title(found: list[Basket]) -> str:
    """Return the finding of the chart of baskets."""
    top, low = found[0], found[-1]
    return (
        f"A kg of mixed oxides of {top.deposit} was worth "
        f"{top.value_usd_per_kg / low.value_usd_per_kg:.1f} times one of {low.deposit} "
        f"({top.period})"
    )


def basket_sentence(found: list[Basket]) -> str:
    """Return what makes the value of the baskets."""
    magnet = {"Nd oxide", "Pr oxide", "NdPr oxide", "Dy oxide", "Tb oxide"}
    shares = []
    for item in found:
        own = item.parts[item.parts["product"].isin(magnet)]
        shares.append((own["value_share"].sum(), own["share"].sum()))
    value, weight = np.array(shares).T
    return (
        f"The four magnet elements make {pct(weight.min())} to {pct(weight.max())} of "
        f"the weight and **{pct(value.min())} to {pct(value.max())} of the value**. "
        "These are values of separated oxides, before any cost of separating them: "
        "mixed concentrates sell for less."
    )


def findings(
    study: Study,
    compared: pd.DataFrame,
    said: pd.DataFrame,
    found: Markets,
) -> list[tuple[str, str, str]]:
    """Return the key findings of the report on prices."""
    series, last = study.series, last_price(study.series)
    ends, (money, *of) = first_and_peak(series), unit_words(series).split(" ")
    reach = f"between {price(ends['lowest'])} and {price(ends['highest'])} since "
    items = [
        (
            f"{series.title}, {last['period']}",
            f"{price(last['price'])} {money}",
            "; ".join(filter(None, [" ".join(of), reach + str(ends["since"])])),
        )
    ]
    if study.growth is not None:
        row = study.growth.iloc[0]
        items.append(
            (
                f"Growth a year, {row['first']} to {row['last']}",
                change(row["estimate"]),
                f"95{SPACE}% interval {interval(row['low'], row['high'])}",
            )
        )
    for claim in said.itertuples():
        own = compared[compared["claim"] == claim.claim]
        counts = verdict(own, claim.claim)
        if counts["n"]:
            items.append(
                (
                    f"Claim: {change(claim.claim)}, {claim.first} to {claim.last}",
                    f"{counts['near']} of {counts['n']} prices",
                    f"are near it; they range from {change(counts['low'])} to "
                    f"{change(counts['high'])}",
                )
            )
    for product, times in list(_europe(found).items()):
        if product == "Dy oxide":
            items.append(
                (
                    "Europe over China FOB, Dy oxide",
                    f"{times['median']:.1f} times",
                    f"median of {times['n']:.0f} quotes since April 2025: thin",
                )
            )
    if study.forecast is not None:
        end = study.forecast.paths.query("model == @NAIVE", local_dict={"NAIVE": NAIVE})
        row = end.iloc[-1]
        beats = bool(study.forecast.scores["beats_naive"].iloc[0])
        items.append(
            (
                f"Random walk, {row['period']}",
                f"{price(row['low'])} to {price(row['high'])}",
                f"{pct(study.forecast.level)} interval, {unit_words(series)}; "
                + (
                    f"{study.forecast.winner} does better"
                    if beats
                    else "nothing is shown to beat it"
                ),
            )
        )
    return items


def when(claim: tuple) -> str:
    """Return the time of a claim: "from the end of 2023-12 to the end of 2024-12"."""
    return f"from the end of {claim.first} to that of {claim.last}"


def notes_sentence(series: PriceSeries, newest: pd.Series) -> str:
    """Return what else a reader has to know about a series."""
    notes = [note for note in series.notes if not note.startswith("left out")]
    if notes:
        return sentences(notes)
    return f"No other mark is on the quotes of {series.title}."


def sentences(notes: tuple[str, ...] | list[str]) -> str:
    """Return notes as sentences."""
    return " ".join(f"{note[0].upper()}{note[1:]}." for note in notes)
