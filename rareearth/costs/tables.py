"""The tables of a study, with columns named as a reader should see them."""

from __future__ import annotations

import pandas as pd

from rareearth.costs import breakeven
from rareearth.costs.chart_data import CASH, CLAIMS, FULL, Floor, assumed_share, swings
from rareearth.costs.ranges import ASSUMPTION, named
from rareearth.costs.study import ACCOUNTS_OF, Study
from rareearth.errors import NoFigures
from rareearth.methods import sensitivity

AT_LEAST = [f"At least {claim}" for claim in CLAIMS]
COSTS = [f"{name}, {end}" for name in (CASH, FULL) for end in ("low", "middle", "high")]
LEAST, MOST = "Least, all at an end", "Most, all at an end"
SHARES = ["Months above", "Months with a floor", "Over the last price"]


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


def claims(study: Study, most: int = 6) -> pd.DataFrame:
    """Return what would have to be true for each claim, one parameter at a time.

    Returns
    -------
    DataFrame
        ``Claim``; ``Cost``; the ratio ``At the middle``, and `LEAST` and `MOST`, with
        every parameter at an end at once; ``Alone enough``: the parameters that bring
        it about alone, with their value.
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
                    LEAST: ends[0],
                    MOST: ends[1],
                    "Alone enough": "; ".join(alone) or "no single parameter",
                }
            )
    return pd.DataFrame(rows)


def allocations(study: Study, entity: str) -> pd.DataFrame:
    """Return every unit cost of a producer, the newest of each route and allocation."""
    own = study.published[study.published["producer"].isin(_accounts(entity))]
    newest = own.sort_values("period_end")
    newest = newest.drop_duplicates(["measure", "allocation", "product"], keep="last")
    return pd.DataFrame(
        {
            "Producer": newest["producer"],
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
    ).sort_values(["Producer", "Route", "Allocation"], ignore_index=True)


def others(study: Study) -> list[str]:
    """Return who else has unit costs from accounts, beside the two of the study."""
    told = {name for entity in study.pair for name in _accounts(entity)}
    return sorted(set(study.published["producer"]) - told)


def other_allocations(study: Study) -> pd.DataFrame:
    """Return `allocations` of everyone else; Mountain Pass before MP is Molycorp's."""
    found = [allocations(study, name) for name in others(study)]
    if not found:
        return pd.DataFrame()
    joined = pd.concat(found, ignore_index=True).drop_duplicates(ignore_index=True)
    names = joined["Producer"].replace({"Mountain Pass": "Mountain Pass (Molycorp)"})
    return joined.assign(Producer=names)


def supports(study: Study, prices: pd.Series, floor: Floor) -> pd.DataFrame:
    """Return at which price each producer breaks even, and how often a price did it.

    Parameters
    ----------
    prices : Series
        Real, in the money of the study, by month.
    floor : Floor
    """
    rows = []
    known = prices.dropna()
    paid = None
    if floor.real is not None:
        paid = breakeven.received(known, floor.real, floor.upside)
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


def wanted_prices(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the NdPr prices that analysts say new plants need, real, and figures."""
    series = ("incentive_price", "price_required_15pct_return", "breakeven_price")
    parts = []
    for name in series:
        try:
            parts.append(study.source.load(name, product="NdPr oxide"))
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


def plants(capital: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return `capital.capital_per_tonne` as a table in the money of the study."""
    columns = ["low", "high"]
    ends = (capital[columns] * study.rate / 1000).round(0)
    reo = capital.loc[capital["product"] == "REO", "usd_per_t"]
    least = reo.min() if len(reo) else float("nan")
    return pd.DataFrame(
        {
            "Plant": capital["plant"],
            "Country": capital["country"],
            "What it includes": capital["scope"],
            "Stated": capital["year"].astype(str),
            "Annual capacity, t": capital["capacity_t"],
            "Of": capital["product"],
            f"Thousand {study.base_year} {study.currency} per t": [
                f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
                for low, high in ends.itertuples(index=False)
            ],
            "Over the lowest per t of all oxides": [
                f"{value / least:.1f}" if product == "REO" else ""
                for value, product in capital[["usd_per_t", "product"]].itertuples(
                    index=False
                )
            ],
        }
    )


def parameters(study: Study, entity: str) -> pd.DataFrame:
    """Return the ranges of a producer with what each rests on."""
    own = study.plants[entity]
    return pd.DataFrame(
        {
            "Parameter": own["label"],
            "Low": own["low"].map(_short),
            "Mode": own["mode"].map(_short),
            "High": own["high"].map(_short),
            "Unit": own["unit"],
            "Rests on": own["kind"],
            "Why": own["note"],
        }
    ).reset_index(drop=True)


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


def _accounts(entity: str) -> list[str]:
    return [entity, *([ACCOUNTS_OF[entity]] if entity in ACCOUNTS_OF else [])]


def _cell(value: float, low: float, high: float) -> str:
    if pd.notna(value):
        return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
    if pd.notna(low) and pd.notna(high):
        return f"{low:,.3g} to {high:,.3g}"
    return f"above {low:,.3g}" if pd.notna(low) else f"up to {high:,.3g}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
