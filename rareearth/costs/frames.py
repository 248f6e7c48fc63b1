"""The frames behind the charts and tables of a study."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from rareearth.costs import accounts, breakeven, calibration, sensitivity
from rareearth.costs.model import COMPONENTS, OWN
from rareearth.costs.ranges import ASSUMPTION, grades, named
from rareearth.costs.simulation import uncertain
from rareearth.costs.study import ACCOUNTS_OF, Study
from rareearth.errors import NoFigures

CLAIMS = {"40 % dearer": 1.4, "five times": 5.0}
"""What is claimed of refining outside China, as a ratio of costs."""

CASH, FULL = "Cash cost", "Full cost"


def waterfall(study: Study) -> pd.DataFrame:
    """Return the mean of each component over all draws, with the two sums.

    Returns
    -------
    DataFrame
        ``entity``, ``component``, ``value`` in the money of the study, ``rests_on``,
        ``total``, as `charts.waterfalls` takes them.
    """
    rows = []
    order = [name for name in COMPONENTS if name != "capital"]
    for entity, plant in study.pair.items():
        means = study.simulation.means[entity] * study.rate
        rests = grades(plant)
        rows += [
            (entity, COMPONENTS[name], means[name], rests[name], False)
            for name in order
        ]
        cash = means[order].sum()
        rows += [
            (entity, CASH, cash, "figure", True),
            (entity, COMPONENTS["capital"], means["capital"], rests["capital"], False),
            (entity, FULL, cash + means["capital"], "figure", True),
        ]
    names = ["entity", "component", "value", "rests_on", "total"]
    return pd.DataFrame(rows, columns=names)


def assumed_share(study: Study, entity: str) -> float:
    """Return how much of the full cost before credits no figure bears on (0 to 1)."""
    means = study.simulation.means[entity].drop("credits")
    rests = pd.Series(grades(study.plants[entity]))[means.index]
    return float(means[rests == ASSUMPTION].sum() / means.sum())


def costs(study: Study) -> pd.DataFrame:
    """Return the quantiles of cash and full cost of every producer, in its money."""
    rows = []
    for name in study.plants:
        row: dict[str, object] = {"Producer": name}
        for outcome, label in (("cash", CASH), ("full", FULL)):
            found = study.simulation.quantiles(outcome).loc[name] * study.rate
            row |= {f"{label}, low": found[0.1], f"{label}, middle": found[0.5]}
            row |= {f"{label}, high": found[0.9]}
        row["Without any figure"] = assumed_share(study, name)
        rows.append(row)
    return pd.DataFrame(rows)


def scopes(study: Study) -> pd.DataFrame:
    """Return how the producer compares with every other one, in cash and in full."""
    rows = []
    drawn = study.simulation
    others = [name for name in study.plants if name != study.producer]
    for other in others:
        for outcome, label in (("cash", CASH), ("full", FULL)):
            ratio = pd.Series(drawn.ratio(study.producer, other, outcome))
            low, middle, high = ratio.quantile([0.1, 0.5, 0.9])
            row: dict[str, object] = {"Against": other, "Cost": label}
            row |= {"Ratio, low": low, "Ratio": middle, "Ratio, high": high}
            row["Dearer"] = float((ratio > 1).mean())
            for claim, level in CLAIMS.items():
                row[f"At least {claim}"] = float((ratio >= level).mean())
            rows.append(row)
    return pd.DataFrame(rows)


def swings(
    study: Study, outcome: str = "full"
) -> tuple[pd.DataFrame, sensitivity.Result]:
    """Return the tornado of the ratio of the two, and the function behind it."""
    evaluate = sensitivity.result(
        study.pair, study.producer, study.reference, study.discount_rate, outcome
    )
    return sensitivity.tornado(uncertain(study.pair), evaluate), evaluate


def tornado(study: Study, most: int = 12) -> pd.DataFrame:
    """Return the widest swings of the ratio, as `charts.tornado_bars` takes them."""
    found = swings(study)[0].head(most)
    rows = []
    for item in found.itertuples():
        plant, label = named(item.key)
        own = study.plants[plant or study.producer].loc[item.key.rpartition("/")[2]]
        rows.append(
            {
                "label": f"{label}, {plant}" if plant else label,
                "entity": plant or "World",
                "at_low": item.at_low,
                "at_high": item.at_high,
                "base": item.base,
                "low_text": f"{item.low:,.3g}",
                "high_text": f"{item.high:,.3g}",
                "unit": own["unit"],
                "assumed": own["kind"] == ASSUMPTION,
                "swing": item.swing,
            }
        )
    return pd.DataFrame(rows)


def claims(study: Study, most: int = 6) -> pd.DataFrame:
    """Return what would have to be true for each claim, one parameter at a time.

    Returns
    -------
    DataFrame
        ``Claim``; ``Cost``; ``At the middle``, ``Lowest possible`` and
        ``Highest possible`` ratio, with every parameter at an end; ``Alone enough``:
        the parameters that bring it about alone, with their value.
    """
    rows = []
    for outcome, label in (("cash", CASH), ("full", FULL)):
        table, evaluate = swings(study, outcome)
        ends = [sensitivity.corner(table, evaluate, highest=up) for up in (False, True)]
        for claim, level in CLAIMS.items():
            found = sensitivity.needed(table, evaluate, level).dropna().head(most)
            alone = [
                f"{' of '.join(filter(None, named(key)[::-1]))}: {value:,.2g}"
                for key, value in found[["key", "value"]].itertuples(index=False)
            ]
            rows.append(
                {
                    "Claim": claim,
                    "Cost": label,
                    "At the middle": float(evaluate({})),
                    "Lowest possible": ends[0],
                    "Highest possible": ends[1],
                    "Alone enough": "; ".join(alone) or "no single parameter",
                }
            )
    return pd.DataFrame(rows)


def through_time(study: Study) -> pd.DataFrame:
    """Return revenue less EBITDA per kg NdPr oxide by fiscal year, real.

    The line has all cost on NdPr oxide; the band spans the other allocations.
    """
    own = study.published
    own = own[(own["measure"] == accounts.SPENT) & (own["product"] == "NdPr oxide")]
    own = own[own["producer"].isin(study.pair)]
    if own.empty:
        return pd.DataFrame(columns=["entity", "year", "value", "low", "high"])
    real = accounts.in_money(own, study.money, study.currency, study.base_year)
    real["year"] = accounts.fiscal_year(real)
    by = ["producer", "year"]
    found = real[real["allocation"] == accounts.ON_NDPR].set_index(by)
    spread = real.groupby(by)["value"].agg(["min", "max"])
    found = found[["value", "confidence"]].join(spread).reset_index()
    return found.rename(columns={"producer": "entity", "min": "low", "max": "high"})


def margin_route(study: Study) -> pd.DataFrame:
    """Return the reference price times cost of sales over revenue, real, by year."""
    own = study.published[study.published["measure"] == accounts.MARGIN]
    if own.empty:
        return pd.DataFrame(columns=["entity", "year", "value", "confidence"])
    real = accounts.in_money(own, study.money, study.currency, study.base_year)
    real["year"] = accounts.fiscal_year(real)
    real = real.rename(columns={"producer": "entity"})
    return real[["entity", "year", "value", "confidence"]]


def allocations(study: Study, entity: str) -> pd.DataFrame:
    """Return every unit cost of a producer, the newest of each route and allocation."""
    own = study.published[study.published["producer"].isin(_accounts(entity))]
    newest = own.sort_values("period_end")
    newest = newest.drop_duplicates(["measure", "allocation", "product"], keep="last")
    return pd.DataFrame(
        {
            "Route": newest["measure"],
            "Allocation": newest["allocation"],
            "Per kg of": newest["product"],
            "Period": newest["period_start"].dt.strftime("%Y-%m")
            + " to "
            + newest["period_end"].dt.strftime("%Y-%m"),
            "Unit cost": [
                _cell(*item)
                for item in newest[["value", "low", "high"]].itertuples(index=False)
            ],
            "Unit": newest["unit"],
            "Formula": newest["formula"],
            "Inputs": newest["inputs"],
            "Confidence": newest["confidence"],
        }
    ).sort_values(["Route", "Allocation"], ignore_index=True)


def _accounts(entity: str) -> list[str]:
    return [entity, *([ACCOUNTS_OF[entity]] if entity in ACCOUNTS_OF else [])]


def _cell(value: float, low: float, high: float) -> str:
    if pd.notna(value):
        return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
    if pd.notna(low) and pd.notna(high):
        return f"{low:,.3g} to {high:,.3g}"
    return f"above {low:,.3g}" if pd.notna(low) else f"up to {high:,.3g}"


def calibrated(study: Study) -> pd.DataFrame:
    """Return the model beside the newest published cost of every producer, real.

    As `charts.intervals` takes it; empty where nothing can be compared.
    """
    try:
        found = calibration.calibrate(
            study.simulation,
            study.plants,
            accounts.in_money(
                study.published[study.published["measure"] != accounts.MARGIN],
                study.money,
                "USD",
                study.base_year,
            ),
        )
    except NoFigures:
        return pd.DataFrame()
    columns = ["published_low", "published_high", "low", "middle", "high"]
    found[columns] *= study.rate
    found["label"] = [
        f"{item.producer}, {item.year}\n{item.measure},\nper kg {item.product}"
        for item in found.itertuples()
    ]
    return found.rename(columns={"producer": "entity"})


def levels(study: Study, floor: float | None = None) -> pd.DataFrame:
    """Return the NdPr prices that earn the full cost of each producer, and the floor.

    As `charts.price_and_levels` takes them.
    """
    found = study.simulation.quantiles("price_full") * study.rate
    rows = [
        {"label": name, "entity": name, "low": low, "middle": middle, "high": high}
        for name, low, middle, high in found.itertuples()
    ]
    if floor is not None:
        ends = dict.fromkeys(("low", "middle", "high"), floor)
        rows.append({"label": "price floor", "entity": "World"} | ends)
    return pd.DataFrame(rows)


def supports(
    study: Study, prices: pd.Series, floor: float | None, upside: float
) -> pd.DataFrame:
    """Return at which price each producer breaks even, and how often a price did it.

    Parameters
    ----------
    prices : Series
        Real, in the money of the study, by month.
    floor, upside : float
        The price floor in the same money, and the guarantor's share above it.
    """
    rows = []
    known = prices.dropna()
    paid = breakeven.received(known, floor, upside) if floor is not None else None
    for name in study.plants:
        for outcome, label in (("price_cash", CASH), ("price_full", FULL)):
            found = study.simulation.quantiles(outcome).loc[name] * study.rate
            row: dict[str, object] = {"Producer": name, "Earns": label}
            row |= {"Low": found[0.1], "Price": found[0.5], "High": found[0.9]}
            row["Months above"] = float((known > found[0.5]).mean())
            if paid is not None:
                row["Months with a floor"] = float((paid > found[0.5]).mean())
            row["Over the last price"] = found[0.5] / float(known.iloc[-1]) - 1
            rows.append(row)
    return pd.DataFrame(rows)


def parameters(study: Study, entity: str) -> pd.DataFrame:
    """Return the ranges of a producer with what each rests on."""
    own = study.plants[entity]
    return pd.DataFrame(
        {
            "Parameter": own["label"],
            "Low": own["low"],
            "Mode": own["mode"],
            "High": own["high"],
            "Unit": own["unit"],
            "Rests on": own["kind"],
            "In": [_parts(name) for name in own.index],
            "Why": own["note"],
        }
    ).reset_index(drop=True)


def _parts(parameter: str) -> str:
    """Return the components that a parameter belongs to."""
    found = [name for name, names in OWN.items() if parameter in names]
    return ", ".join(found) or "all per kg of feed"


def falsifiers(study: Study, most: int = 12) -> pd.DataFrame:
    """Return the assumptions that matter most, with what could prove them wrong."""
    rows = []
    for item in swings(study)[0].itertuples():
        plant, label = named(item.key)
        own = study.plants[plant or study.producer].loc[item.key.rpartition("/")[2]]
        if own["kind"] == ASSUMPTION:
            rows.append(
                {
                    "Assumption": label,
                    "Of": plant,
                    "Swing of the ratio": item.swing,
                    "Could be proved wrong by": own["falsified_by"],
                }
            )
    return pd.DataFrame(rows).head(most)


def wanted_prices(
    load: Callable[..., pd.DataFrame], study: Study
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the NdPr prices that analysts say new plants need, real, and figures."""
    series = ("incentive_price", "price_required_15pct_return", "breakeven_price")
    parts = []
    for name in series:
        try:
            parts.append(load(name, product="NdPr oxide"))
        except NoFigures:
            continue
    if not parts:
        return pd.DataFrame(), pd.DataFrame()
    figures = pd.concat(parts, ignore_index=True)
    years = figures["price_year"].astype("Int64")
    real = study.money.in_money_of(figures, study.base_year)
    table = pd.DataFrame(
        {
            "Statement": figures["series"].str.replace("_", " "),
            "For": figures["entity"],
            "Year": years.astype(int),
            "As printed": [
                _cell(*item)
                for item in figures[["value", "low", "high"]].itertuples(index=False)
            ],
            "Unit": figures["unit"],
            f"In {study.unit}": [
                _cell(*item)
                for item in (real[["value", "low", "high"]] * study.rate).itertuples(
                    index=False
                )
            ],
            "Confidence": figures["confidence"],
        }
    )
    return table.sort_values("Year", ignore_index=True), figures


def floor_price(
    load: Callable[..., pd.DataFrame], study: Study
) -> tuple[float | None, float, pd.DataFrame]:
    """Return the price floor in real money, the guarantor's share above it, figures.

    In the money of the day of its announcement: it is nominal, so that it loses worth
    with every year. None where it had not been announced by then.
    """
    try:
        floors = load("price_floor", "MP Materials")
        shares = load("price_floor_upside_share", "MP Materials")
    except NoFigures:
        return None, 0.0, pd.DataFrame()
    first = floors.sort_values("period_start").head(1)
    day = first.assign(period_end=first["period_start"])
    real = float(study.money.in_money_of(day, study.base_year)["value"].item())
    used = pd.concat([first, shares], ignore_index=True)
    return real * study.rate, float(shares["value"].iloc[-1]) / 100, used
