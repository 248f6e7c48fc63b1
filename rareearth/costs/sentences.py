"""What the costs say: sentences with computed numbers, and titles of charts."""

from __future__ import annotations

import math

import pandas as pd

from rareearth.costs import accounts, tables
from rareearth.costs.simulation import ACCOUNTS_OF, Study
from rareearth.costs.tables import CASH, CLAIMS, FULL, Floor
from rareearth.words import SPACE, chance, listed, number, pct, span

RATES = ("cpi_", "exchange_rate_")  # series of money, not of costs
OUTCOME = {"full": "with the capital charge", "cash": "in cash, without capital"}


def factor(value: float) -> str:
    """Return a ratio as a reader says it: 2.0 times, 0.87 times."""
    return f"{number(value, digits=1 if value >= 1.05 else 2)} times"


def findings(study: Study) -> list[tuple[str, str, str, pd.DataFrame]]:
    """Return the key findings: ratios and the two costs, each with its figures."""
    one, other = study.producer, study.reference
    rows, both = [], study.behind
    for outcome in ("cash", "full"):
        low, middle, high = study.ratios(outcome)
        rows.append(
            (
                f"{one} over {other}, {OUTCOME[outcome]}",
                factor(middle),
                f"{span(low, high, digits=1)} in {pct(0.8)} of the draws",
                both[~both["series"].str.startswith(RATES)],
            )
        )
    for name in (one, other):
        low, middle, high = study.band(name)
        own = study.figures(name)
        rows.append(
            (
                f"Cost of a kg of NdPr oxide, {name}",
                f"{number(middle)} {study.currency}",
                f"{span(low, high)}, in money of {study.base_year}; "
                f"{pct(tables.assumed_share(study, name))} of it without any figure",
                own[~own["series"].str.startswith(RATES)],
            )
        )
    return rows


def answer(study: Study) -> str:
    """Return the answer in a paragraph: both costs, the ratio and its range."""
    one, other = study.producer, study.reference
    costs = []
    for name in (one, other):
        low, middle, high = study.band(name)
        costs.append(
            f"**{name} about {number(middle)} {study.currency}** ({span(low, high)})"
        )
    full, cash = study.ratios(), study.ratios("cash")
    return (
        f"By component, a kilogram of NdPr oxide costs {' and '.join(costs)}, in money "
        f"of {study.base_year}, with a capital charge at "
        f"{100 * study.discount_rate:g}{SPACE}% a year and all cost on NdPr oxide "
        f"less what the other oxides earn. {one} costs "
        f"**{factor(full[1])}** what {other} does "
        f"({span(full[0], full[2], digits=1)}); {factor(cash[1])} in cash "
        f"({span(cash[0], cash[2], digits=1)}). The ranges span {pct(0.8)} of "
        f"{number(study.simulation.draws)} draws; they are ranges of a model that is "
        "in large part assumed, not of measured costs."
    )


def scope_sentence(study: Study) -> str:
    """Return how the ratio depends on what is compared with what."""
    table = tables.scopes(study)
    low = table.loc[table["Ratio"].idxmin()]
    high = table.loc[table["Ratio"].idxmax()]
    return (
        f"Which comparison is meant decides the answer more than any single input: the "
        f"middle ratio runs from **{factor(low['Ratio'])}** ({low['Cost'].lower()}, "
        f"against {low['Against']}) to **{factor(high['Ratio'])}** "
        f"({high['Cost'].lower()}, against {high['Against']})."
    )


def accounts_sentence(gaps: pd.DataFrame, study: Study) -> str:
    """Return the ratio in cash with the accounts, where there are any, for the model.

    Parameters
    ----------
    gaps : DataFrame
        From `tables.calibrated`. Revenue less EBITDA is before by-product credits and
        before capital, so that the other side is the modelled cost on that scope.
    """
    known = gaps[gaps["measure"] == accounts.SPENT] if len(gaps) else gaps
    known = known[known["entity"].isin(study.pair)] if len(known) else known
    if known.empty:
        return (
            "By then no accounts of either can take the place of the model, so that "
            "nothing printed confirms this ratio."
        )
    one, other = study.producer, study.reference
    modelled = study.simulation.bands["gross"]["middle"] * study.rate
    printed = modelled.copy()
    printed.update(known.set_index("entity")["published_low"])
    whose = [f"{row.entity} ({row.year})" for row in known.itertuples()]
    before, after = (cost[one] / cost[other] for cost in (modelled, printed))
    return (
        "The accounts give a ratio of their own. Before by-product credits and without "
        f"capital the model has {one} at {number(modelled[one])} {study.currency} a "
        f"kilogram, {factor(before)} the {number(modelled[other])} of {other}; with "
        f"revenue less EBITDA of {listed(whose)} in place of the model it is "
        f"**{factor(after)}**."
    )


def claim_sentences(study: Study, table: pd.DataFrame) -> list[str]:
    """Return for each claim what would have to be true."""
    said = []
    for claim, level in CLAIMS.items():
        rows = table[table["Claim"] == claim].set_index("Cost")
        cash, full = study.chances(level)
        middle = {label: float(rows.at[label, "At the middle"]) for label in rows.index}
        base = study.band(study.producer)[1]
        said.append(
            f"**{claim}**: a ratio of {number(level, digits=1)} or more comes about in "
            f"{chance(cash)} of the draws in cash and in {chance(full)} in full, "
            f"against {number(middle[CASH], digits=1)} and "
            f"{number(middle[FULL], digits=1)} with every input at its "
            f"middle. In full it needs {study.reference} at or below "
            f"{number(base / level)} {study.currency} a kilogram while "
            f"{study.producer} costs {number(base)}."
        )
    return said


def indices_sentence(indices: pd.DataFrame, names: list[str]) -> str:
    """Return how the Sobol indices divide the variance of the ratio."""
    top = indices.head(3)
    parts = [
        f"{name} ({pct(max(0.0, value))})"
        for name, value in zip(names, top["first"], strict=False)
    ]
    alone = float(indices["first"].clip(lower=0).sum())
    return (
        f"All at once, the variance of the ratio comes first from {listed(parts)}; "
        f"inputs acting alone explain {pct(min(alone, 1.0))} of it (Sobol indices, "
        f"correlations left aside)."
    )


def nominal_sentence(study: Study) -> str:
    """Return the cost from accounts as printed, in its own money, with its inputs."""
    own = study.published
    own = own[
        own["producer"].isin(study.pair)
        & (own["measure"] == accounts.SPENT)
        & (own["allocation"] == accounts.ON_NDPR)
    ].sort_values("period_end")
    if own.empty:
        return (
            f"For neither {study.producer} nor {study.reference} can revenue less "
            "EBITDA be put over an output of NdPr oxide by then: the sections below "
            "use what there is."
        )
    before, last = own.iloc[max(0, len(own) - 4)], own.iloc[-1]
    currency = str(last["unit"]).split("/")[0]
    first, then = (number(row["value"], digits=0) for row in (before, last))
    return (
        f"In its own money, revenue less EBITDA of **{last['producer']}** was "
        f"**{first} {currency} per kg NdPr oxide** in the fiscal year to "
        f"{before['period_end']:%B %Y}, from {before['inputs']}, and **{then} "
        f"{currency}** in that to {last['period_end']:%B %Y} (from {last['inputs']}), "
        "all cost on NdPr oxide. It holds administration and royalties and leaves "
        "depreciation out."
    )


def calibration_sentence(frame: pd.DataFrame, study: Study) -> str:
    """Return the gap between the model and what is published."""
    if frame.empty:
        return "Nothing published by then can be put beside the model on one scope."
    said = []
    for item in frame.itertuples():
        where = f"{item.entity} ({item.measure} of {item.year}, per kg {item.product})"
        if item.gap == 0 and math.isinf(item.published_high):
            said.append(f"{where}: the model lies above the printed lower bound")
        elif item.gap == 0:
            said.append(f"{where}: the model lies within what is printed")
        else:
            side = "above" if item.gap > 0 else "below"
            said.append(f"{where}: the model is {pct(abs(item.gap))} {side} it")
    return (
        "Before by-product credits and the capital charge, "
        + "; ".join(said)
        + ". Some assumed ranges were chosen with these figures in sight, so that "
        "agreement is weaker evidence than it looks; the gaps are left open."
    )


def margin_sentence(study: Study, margins: pd.DataFrame) -> str:
    """Return why the gross margins of a mine owner and of a refiner mislead."""
    names = {ACCOUNTS_OF.get(name, name) for name in study.pair}
    names |= {"China Northern Rare Earth", "Lynas"}
    own = margins[margins["entity"].isin(names)]
    own = own if len(own) else margins
    years = own.groupby("year")["entity"].nunique()
    year = int(years[years >= min(2, years.max())].index.max())
    row = own[own["year"] == year].sort_values("value", ascending=False)
    said = [f"{item.entity} {pct(item.value)}" for item in row.itertuples()]
    return (
        f"In {year} the gross margin was {listed(said)}. It does not compare costs of "
        "processing: a company that owns its mine earns the worth of the ore in its "
        "margin, while a refiner that buys concentrate at a price tied to oxide prices "
        "leaves that worth with its supplier."
    )


def scope_of_feed(study: Study) -> str:
    """Return what the transfer price adds, where both sides of it are at hand."""
    both = ("Baotou", "China Northern Rare Earth")
    if not set(both) <= set(study.plants):
        return (
            "The price that the refiner at Baotou pays for concentrate was not known."
        )
    mine, refiner = (study.simulation.means[name]["feed"] * study.rate for name in both)
    low, middle, high = study.band(both[1])
    return (
        f"For the listed refiner feed alone is {number(refiner)} {study.currency} per "
        f"kg NdPr oxide, at the printed transfer price; for the group with the mine it "
        f"is {number(mine)}, an assumption. The refiner's full cost is "
        f"{number(middle)} ({span(low, high)}): "
        f"{pct(refiner / middle)} of it is paid to its own parent."
    )


def level_sentence(study: Study, table: pd.DataFrame, floor: Floor) -> str:
    """Return the break-even price of the producer, and what a floor does to it."""
    own = table[table["Producer"] == study.producer].set_index("Earns")
    cash, full = own.loc[CASH], own.loc[FULL]
    said = (
        f"**{study.producer}** needs {number(cash['Price'])} {study.currency} per kg "
        f"NdPr oxide for its cash cost and **{number(full['Price'])}** "
        f"({span(full['Low'], full['High'])}) for its full cost. The "
        f"price was above the first in {pct(cash['Months above'])} of the months at "
        f"hand and above the second in {pct(full['Months above'])}"
    )
    if floor.real is None:
        return said + ". No price floor had been announced by then."
    return (
        f"{said}; under the floor of {floor.printed}, "
        f"{number(floor.real)} {study.currency} in money of {study.base_year}, it "
        f"would have been {pct(full['Months with a floor'])}. The floor is a contract "
        "of MP Materials alone and nominal; for the others it is a what-if. Of what "
        f"the price is above the floor the guarantor keeps {pct(floor.upside)}, so "
        "that a cost above the floor is earned in fewer months with it than without."
    )


def waterfall_title(frame: pd.DataFrame, currency: str) -> str:
    """Return which component separates the two most."""
    parts = frame[~frame["total"]].pivot(
        index="component", columns="entity", values="value"
    )
    one, other = list(dict.fromkeys(frame["entity"]))
    gap = parts[one] - parts[other]
    widest = gap.abs().idxmax()
    dearer = one if gap[widest] > 0 else other
    name = str(widest)[0].lower() + str(widest)[1:]
    return (
        f"The largest difference between {one} and {other}: {name}, "
        f"{number(abs(gap[widest]))} {currency} a kilogram more at {dearer}"
    )


def chance_title(study: Study) -> str:
    """Return the finding of the chart of chances."""
    cash, full = study.chances(CLAIMS["40 % dearer"])
    return (
        f"{study.producer} is at least {pct(0.4)} dearer than {study.reference} in "
        f"{chance(cash)} of the draws in cash, and in {chance(full)} with capital"
    )


def tornado_title(frame: pd.DataFrame) -> str:
    """Return what the ratio hinges on most."""
    top = frame.iloc[0]
    ends = sorted([top["at_low"], top["at_high"]])
    kind = "an assumption" if top["assumed"] else "a printed range"
    name = str(top["label"])[0].lower() + str(top["label"])[1:]
    return (
        f"The ratio hinges most on {kind}: {name} moves it from {span(*ends, digits=1)}"
    )


def time_title(frame: pd.DataFrame, study: Study) -> str:
    """Return how the cost from accounts moved."""
    name = str(frame["entity"].iloc[0])
    own = frame[frame["entity"] == name].sort_values("year")
    first, last = own.iloc[0], own.iloc[-1]
    return (
        f"{name} spent {number(first['value'])} {study.currency} per kg NdPr oxide in "
        f"fiscal {int(first['year'])} and {number(last['value'])} in "
        f"{int(last['year'])}, in money of {study.base_year}"
    )


def level_title(study: Study, table: pd.DataFrame) -> str:
    """Return who earns its full cost at the last price."""
    full = table[table["Earns"] == FULL].set_index("Producer")
    over = full["Over the last price"]
    pays = [name for name in over.index if over[name] <= 0]
    short = [name for name in over.index if over[name] > 0]
    if not short:
        return "At the last known price every producer here earns its full cost"
    if not pays:
        return "At the last known price no producer here earns its full cost"
    return (
        f"At the last known price {listed(pays)} {_do(pays)} their full cost, "
        f"{listed(short)} {'does' if len(short) == 1 else 'do'} not"
    ).replace("earns their", "earns its")


def capital_title(table: pd.DataFrame) -> str:
    """Return how far apart the plants are for a tonne of all oxides."""
    reo = table[table["product"] == "REO"].set_index("plant")["usd_per_t"]
    if len(reo) < 2:
        return "Capital per annual tonne, as printed"
    low, high = reo.idxmin(), reo.idxmax()
    return (
        f"Capital per annual tonne: of all oxides, {high} cost "
        f"{number(reo[high] / reo[low], digits=0)} times as much to build as {low}"
    )


def route_title(frame: pd.DataFrame, study: Study) -> str:
    """Return how the costs by share of value compare in the last common year."""
    counts = frame.groupby("year")["entity"].nunique()
    year = int(counts[counts == counts.max()].index.max())
    own = frame[frame["year"] == year]["value"]
    return (
        f"By share of value, a kilogram of NdPr oxide cost these producers "
        f"{span(own.min(), own.max())} {study.currency} in {year}"
    )


def calibration_title(frame: pd.DataFrame) -> str:
    """Return how many published costs the model meets."""
    met = int((frame["gap"] == 0).sum())
    worst = frame.loc[frame["gap"].abs().idxmax()]
    if met == len(frame):
        return f"The model lies within all {met} published unit costs"
    return (
        f"The model meets {met} of {len(frame)} published unit costs; the widest gap "
        f"is {pct(abs(worst['gap']))}, at {worst['entity']}"
    )


def margin_title(margins: pd.DataFrame) -> str:
    """Return whose gross margin was highest in the last common year."""
    counts = margins.groupby("year")["entity"].nunique()
    year = int(counts[counts == counts.max()].index.max())
    own = margins[margins["year"] == year].sort_values("value")
    low, high = own.iloc[0], own.iloc[-1]
    return (
        f"Gross margins of {year} run from {pct(low['value'])} ({low['entity']}) to "
        f"{pct(high['value'])} ({high['entity']})"
    )


def _do(names: list[str]) -> str:
    return "earns" if len(names) == 1 else "earn"
