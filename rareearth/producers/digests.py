"""What news digests said of Lynas, beside what the filings show."""

from __future__ import annotations

import pandas as pd

from rareearth.producers.amounts import amount, change
from rareearth.words import SPACE, pct, span

TOLD = "Lynas"  # the only producer whose accounts the digests speak of


def told(
    company: str,
    table: pd.DataFrame,
    year: int,
    unit: str,
    bridge: pd.DataFrame | None,
    capital: pd.DataFrame,
    shares: pd.DataFrame,
) -> pd.DataFrame:
    """Return each statement of the digests of November 2025 beside the filings.

    Empty for a company of whose accounts the digests say nothing.

    The wording of the digests is told without its numbers; those are bound to
    computations in the claims audit.

    Parameters
    ----------
    table : DataFrame
        `producers.wide`.
    bridge : DataFrame
        `producer_bridges.cash_bridge` of the year.
    capital : DataFrame
        Figures of the capital raised.
    shares : DataFrame
        `producer_markets.shares_of_china`.
    """
    if company != TOLD or year - 1 not in table.index:
        return pd.DataFrame()
    rows = [
        ("Net profit fell steeply", _profit(table, year, unit)),
        ("The fall of profit brought the fall of cash", _cash(bridge, unit)),
        ("Shares sold at a discount show a desperate need of capital", _raise(capital)),
        ("Its capacity is a small part of China's output", _share(shares)),
    ]
    frame = pd.DataFrame(rows, columns=["What the digests said", "What filings show"])
    return frame[frame["What filings show"] != ""].reset_index(drop=True)


def _profit(table: pd.DataFrame, year: int, unit: str) -> str:
    now, before = table.loc[year], table.loc[year - 1]
    return (
        f"So it did: {amount(before['net_profit'], unit)} to "
        f"{amount(now['net_profit'], unit)} "
        f"({change(before['net_profit'], now['net_profit'])}). Left out: revenue "
        f"{change(before['revenue'], now['revenue'])}, NdPr output "
        f"{change(before['ndpr'], now['ndpr'])}, gross profit "
        f"{change(before['gross_profit'], now['gross_profit'])}, EBITDA "
        f"{change(before['ebitda'], now['ebitda'])}"
    )


def _cash(bridge: pd.DataFrame | None, unit: str) -> str:
    if bridge is None:
        return ""
    value = bridge.set_index("measure")["value"]
    if "capex" not in value.index:
        return ""
    fall = bridge["value"].iloc[0] - bridge["value"].iloc[-1]
    operations = (
        f"operations brought in {amount(value['operating_cash'], unit)} and "
        if "operating_cash" in value.index
        else ""
    )
    return (
        f"Cash fell by {amount(fall, unit)}, but {operations}capital spending took "
        f"{amount(-value['capex'], unit)}: the money went into plants"
    )


def _raise(capital: pd.DataFrame) -> str:
    if capital.empty:
        return ""
    rows = capital[
        (capital["series"] == "equity_issue_discount")
        & capital["basis"].str.contains("to-last-close")
    ].sort_values("period_end")
    if len(rows) < 2:
        return ""
    then, now = rows.iloc[0], rows.iloc[-1]
    text = (
        f"The discount was {now['value']:.1f}{SPACE}% to the last close, against "
        f"{then['value']:.1f}{SPACE}% in {then['period_end']:%Y}"
    )
    rose = capital[capital["series"] == "share_price_change"]
    if len(rose):
        text += (
            f"; the share price had risen by more than {rose['low'].iloc[-1]:.0f}"
            f"{SPACE}% in the eight months before. That does not show distress"
        )
    return text


def _share(shares: pd.DataFrame) -> str:
    if shares.empty:
        return ""
    ore = shares[shares["row"].str.contains("mine output")]
    ndpr = shares[shares["row"].str.contains("NdPr")]
    parts = []
    if len(ore):
        parts.append(f"by all oxides {span(ore['low'].min(), ore['high'].max(), pct)}")
    if len(ndpr):
        parts.append(f"by NdPr {span(ndpr['low'].min(), ndpr['high'].max(), pct)}")
    return f"True by weight, less so by value: {', '.join(parts)}" if parts else ""
