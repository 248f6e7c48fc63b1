"""Flows of rare earths and magnets: definitions, directions, months, unit values.

China's customs office publishes several things that are all called exports of rare
earths. One definition is used at a time; two in one series are refused. A month that
nobody publishes may follow from a published change against it.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import Load, codes, each, has_codes, rounding
from rareearth.figures.loading import sources
from rareearth.trade import months
from rareearth.words import number

CUSTOMS = {
    "all-products-incl-magnets",
    "analyst-sum",
    "cn-2805-2846",
    "customs-japan",
    "gacc-headline",
    "gacc-line",
    "gacc-products",
    "hs-85051110",
    "magnets-and-alloys",
    "magnets-powders-alloys",
    "mofcom-reported",
    "ndfeb-materials",
    "usgs-trade",
}
"""Basis codes that say which goods a customs figure holds."""


def check_one_definition(figures: pd.DataFrame) -> None:
    """Refuse figures that rest on more than one customs definition.

    Raises
    ------
    ParameterError
        The message names the definitions that are mixed.
    """
    found = sorted(codes(";".join(figures["basis"])) & CUSTOMS)
    if len(found) > 1:
        raise ParameterError(
            f"mixed customs definitions: {', '.join(found)}; choose one, "
            "their tonnes are not of the same goods"
        )


def of_code(figures: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return the rows whose basis holds a code; they are of one customs definition."""
    found = figures[has_codes(figures["basis"], code)]
    check_one_definition(found)
    return found.reset_index(drop=True)


def single_months(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of single months: ``entity``, ``month``, ``value``, source."""
    start, end = figures["period_start"], figures["period_end"]
    alone = start.dt.to_period("M") == end.dt.to_period("M")
    rows = figures[alone & figures["value"].notna()]
    return pd.DataFrame(
        {
            "entity": rows["entity"],
            "month": rows["period_start"],
            "value": rows["value"],
            "confidence": rows["confidence"],
            "source_id": rows["source_id"],
        }
    ).sort_values(["entity", "month"], ignore_index=True)


def solved(changes: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Return what published changes say of the periods that they compare with.

    "2,627 t in April, 51 % less than in March" says that March was 2,627 / 0.49 t. Of
    one publisher only: its tonnes and its change are of the same count.

    Parameters
    ----------
    changes : DataFrame
        Figures in percent, against the month before or the year before.
    printed : DataFrame
        All published tonnes (`revisions`).

    Returns
    -------
    DataFrame, those that tell most closely first
        ``entity``, ``product``, ``period_start``, ``period_end`` of the earlier period;
        ``value`` in tonnes, ``low`` and ``high`` as far as both numbers are rounded;
        ``basis``, ``how`` it is worked out, ``said`` the change, ``source_id`` of both.
    """
    columns = ["entity", "product", "period_start", "period_end", "_by"]
    told, tonnes = (
        frame[frame["value"].notna()].assign(
            _by=frame["source_id"].map(sources(frame)["short"])
        )
        for frame in (changes, printed)
    )
    tonnes = tonnes.drop_duplicates([*columns, "value"])
    both = told.merge(tonnes, on=columns, suffixes=("", "_now"))
    of_month = has_codes(both["basis"], "month-on-month")
    of_year = has_codes(both["basis"], "year-on-year")
    both = both[of_month | of_year]
    part, off = 1 + both["value"] / 100, both["value"].map(rounding) / 100
    now, error = both["value_now"], both["value_now"].map(rounding)
    back = of_month.loc[both.index].map({True: 1, False: 12}).to_numpy(dtype=int)
    start, end = (
        pd.PeriodIndex(both[name].dt.to_period("M")) - back
        for name in ("period_start", "period_end")
    )
    found = both.assign(
        period_start=start.start_time,
        period_end=end.end_time.normalize(),
        value=now / part,
        low=(now - error) / (part + off),
        high=(now + error) / (part - off),
        basis=both["basis_now"],
        said=both["value"] / 100,
        how=[
            f"{number(row.value_now, unit='t')} / {1 + row.value / 100:.4g}"
            for row in both.itertuples()
        ],
        source_id=[
            ";".join(dict.fromkeys(pair))
            for pair in zip(both["source_id"], both["source_id_now"], strict=True)
        ],
    )
    found = found.assign(_width=(found["high"] - found["low"]) / found["value"])
    found = found.sort_values("_width", ignore_index=True)
    names = ["value", "low", "high", "basis", "how", "said", "source_id"]
    return found[[*columns[:-1], *names]].drop_duplicates([*columns[:-1], "how"])


FROM_CHANGE = "from a change"


def with_changes(figures: pd.DataFrame, from_changes: pd.DataFrame) -> pd.DataFrame:
    """Return tonnes, and what changes say where the tonnes leave a period open.

    Of several changes that say something of a period the closest stands.

    Parameters
    ----------
    from_changes : DataFrame
        From `solved`; its rows keep their ``low`` and ``high``, and have a ``how``.
    """
    known = figures.assign(how="")
    for place in from_changes.index:
        row = from_changes.loc[[place]]
        if np.isnan(fixed(known, row.iloc[0])):
            known = pd.concat([known, row], ignore_index=True)
    return known


def by_month(
    known: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return `months.monthly` of figures `with_changes`.

    Returns
    -------
    DataFrame, one row a month; empty if no month of the window is known
        As `months.monthly`, with ``low`` and ``high`` of the mean, and ``how``
        "from a change" of a month that rests on one.
    """
    nothing = pd.DataFrame(columns=["month", *months.Month._fields, "low", "high"])
    nothing = nothing.astype({"month": "datetime64[ns]", "value": float, "mean": float})
    if known.empty:
        return nothing
    versions = {
        end: known.assign(value=known["value"].where(known["how"] == "", known[end]))
        for end in ("value", "low", "high")
    }
    try:
        tables = {
            end: months.monthly(each, first, last) for end, each in versions.items()
        }
    except NoFigures:
        return nothing
    ends = [tables[end]["mean"] for end in ("low", "high")]
    table = tables["value"].assign(low=np.minimum(*ends), high=np.maximum(*ends))
    rests = (table["high"] - table["low"] > 1e-6) & table["value"].notna()
    return table.assign(how=table["how"].mask(rests, FROM_CHANGE))


def fixed(figures: pd.DataFrame, period: pd.Series) -> float:
    """Return the tonnes of a period of one year as far as figures fix it, else NaN."""
    start, end = period["period_start"], period["period_end"]
    own = figures[figures["period_end"].dt.year == end.year]
    return months.between(own, start.month - 1, end.month)


UNIT_VALUES = (
    ("rare_earth_exports_value", "rare_earth_exports", "rare_earth_export_unit_value"),
    ("magnet_exports_value", "magnet_exports", "magnet_export_unit_value"),
    ("rare_earth_imports_value", "rare_earth_imports", "rare_earth_import_unit_value"),
)
"""Series of values in millions, of weights in tonnes, and of printed unit values."""


def all_unit_values(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return `unit_values` of each direction of which something had been published."""
    published = partial(load, as_of=as_of, missing="empty")
    triples = [tuple(map(published, names)) for names in UNIT_VALUES]
    parts = [unit_values(*three) for three in triples if all(map(len, three))]
    nothing = pd.DataFrame(
        columns=[*_KEY, "value", "unit", "how", "source_id", "times"]
    )
    return pd.concat(parts or [nothing], ignore_index=True)


def unit_values(
    values: pd.DataFrame, weights: pd.DataFrame, printed: pd.DataFrame
) -> pd.DataFrame:
    """Return what a kilogram was worth at the border, printed or worked out.

    Parameters
    ----------
    values : DataFrame
        Figures of one direction in millions of a currency.
    weights : DataFrame
        Figures of the same direction in tonnes.
    printed : DataFrame
        Unit values as printed, per kg or per t; the printed one is preferred.

    Returns
    -------
    DataFrame
        ``entity``, ``product``, ``period_start``, ``period_end``, ``definition``
        (customs code), ``value``, ``unit`` (currency per kg, money of the period),
        ``how``, ``source_id``; ``times`` the value of the longest other period that
        has this one inside. A value and a weight are divided only on the same
        customs definition.
    """
    table = pd.concat([_printed(printed), _divided(values, weights)])
    table = table.drop_duplicates([*_KEY, "unit"])
    table = table.sort_values(["entity", "product", "period_end"], ignore_index=True)
    return table.assign(times=[_times(row, table) for _, row in table.iterrows()])


def _times(row: pd.Series, table: pd.DataFrame) -> float:
    """Return a unit value over that of the longest other period that has its own."""
    keys = ["entity", "definition", "unit"]
    same = (table[keys] == row[keys]).all(axis=1)
    around = (table["period_start"] <= row["period_start"]) & (
        table["period_end"] >= row["period_end"]
    )
    others = table[same & around].drop(index=row.name)
    if others.empty:
        return np.nan
    longest = (others["period_end"] - others["period_start"]).idxmax()
    return float(row["value"] / others.at[longest, "value"])


_KEY = ["entity", "product", "period_start", "period_end", "definition"]


def _customs(basis: pd.Series) -> pd.Series:
    return each(basis, lambda cell: ";".join(sorted(codes(cell) & CUSTOMS)))


def _printed(printed: pd.DataFrame) -> pd.DataFrame:
    per_t = printed["unit"].str.endswith("/t")
    return printed.assign(
        value=printed["value"].where(~per_t, printed["value"] / 1000),
        unit=printed["unit"].str.slice(0, 3) + "/kg",
        how="published",
        definition=_customs(printed["basis"]),
    )[[*_KEY, "value", "unit", "how", "source_id"]]


def _divided(values: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    money = values.assign(definition=_customs(values["basis"]))
    tonnes = weights.assign(definition=_customs(weights["basis"]))
    both = money.merge(tonnes[[*_KEY, "value"]], on=_KEY, suffixes=("", "_t"))
    both = both[both["value_t"].notna() & both["value"].notna()]
    return both.assign(
        value=both["value"] * 1000 / both["value_t"],
        unit=both["unit"].str.slice(0, 3) + "/kg",
        how="value over weight",
    )[[*_KEY, "value", "unit", "how", "source_id"]]
