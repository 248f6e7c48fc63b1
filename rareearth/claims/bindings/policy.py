"""Claims on decisions, talks, tariffs and alliances."""

from __future__ import annotations

import math

import pandas as pd

from rareearth.claims.evidence import (
    Look,
    by_value,
    from_checks,
    happened,
    prints,
    statement,
)
from rareearth.claims.verdicts import Found, Print, Span
from rareearth.errors import NoFigures


def c001(look: Look) -> Found:
    """Check whether the meeting was to last three to four hours."""
    return from_checks(look.checked("C001-1"), "length expected by the press")


def c002(look: Look) -> Found:
    """Check whether the meeting ended after an hour and forty minutes."""
    return from_checks(look.checked("C002-1"), "length reported by the press")


def c006(look: Look) -> Found:
    """Check whether the tariff that is put off is 24 percent."""
    return by_value(_suspended(look), "suspended part of the reciprocal tariff")


def c007(look: Look) -> Found:
    """Check whether the tariff is put off by a year."""
    frame = _suspended(look)
    days = (frame["period_end"] - frame["period_start"]).dt.days.iloc[0]
    years = round(days / 365.25, 2)
    one = (Print(Span(years, years), str(frame["source_id"].iloc[0])),)
    return Found(one, "year", "first to last day of the suspension", frame)


def _suspended(look: Look) -> pd.DataFrame:
    return look.printed("tariff_rate", "United States", basis="rate-suspended;on-china")


def c014(look: Look) -> Found:
    """Check whether the Commission President called for partners against dependence."""
    return happened(look.event("2025-10-25-resourceeu-announced"), "she spoke of it")


def c058(look: Look) -> Found:
    """Check whether China's policy is adjusted to circumstances."""
    events = look.event("2025-10-30-busan-truce", "2025-11-07-mofcom-70-suspension")
    return happened(events, "controls were changed again")


def c062(look: Look) -> Found:
    """Check whether the new rules reach over the whole chain."""
    events = look.event(
        "2025-10-09-mofcom-61-extraterritorial", "2025-10-09-mofcom-62-technology"
    )
    return happened(events, "rules cover goods and technology at several stages")


def c064(look: Look) -> Found:
    """Check whether France asked to weigh the Anti-Coercion Instrument."""
    return happened(look.event("2025-10-23-macron-anti-coercion"), "he asked for it")


def c041(look: Look) -> Found:
    """Check whether the heavy rare earths come from Mount Weld."""
    return happened(look.event("2025-10-30-sojitz-heavy-imports"), "from Mt Weld")


def c042(look: Look) -> Found:
    """Check whether they are processed in Malaysia."""
    return happened(look.event("2025-10-30-sojitz-heavy-imports"), "in Malaysia")


def c073(look: Look) -> Found:
    """Check whether the G7 announced 26 projects."""
    return _measures(look)


def c106(look: Look) -> Found:
    """Check whether the alliance published 26 measures."""
    return _measures(look)


def _measures(look: Look) -> Found:
    alliance = "G7 Critical Minerals Production Alliance"
    frame = look.printed("alliance_measures", alliance)
    basis = "investments, partnerships and measures in the official list"
    return by_value(frame, basis)


def c107(look: Look) -> Found:
    """Check whether nine countries take part."""
    basis = "partners of Canada in the official list"
    return from_checks(look.checked("C107-1"), basis)


def c074(look: Look) -> Found:
    """Check whether Canada led the initiative."""
    events = look.event("2025-10-31-g7-production-alliance")
    return happened(events[events["actor"] == "Canada"], "Canada announced it")


def c099(look: Look) -> Found:
    """Check whether the Defense Department takes equity in MP Materials."""
    frame = look.printed("equity_investment", "MP Materials")
    return _positive(frame, "preferred stock bought by the US Department of Defense")


def c100(look: Look) -> Found:
    """Check whether the route includes price floors."""
    frame = look.printed("price_floor", "MP Materials")
    return _positive(frame, "price that the US government guarantees")


def _positive(frame: pd.DataFrame, basis: str) -> Found:
    first = prints(frame)[0]
    unit = str(frame["unit"].iloc[0])
    return statement(
        first.span.low, unit, basis, frame, (1e-9, math.inf), "there is such a sum"
    )


def c103(look: Look) -> Found:
    """Check whether the G7 launched an action plan in June 2025."""
    return _in_month(look, "2025-06-17-g7-critical-minerals-action-plan", "2025-06")


def c105(look: Look) -> Found:
    """Check whether the alliance was launched on 31 October 2025."""
    return _in_month(look, "2025-10-31-g7-production-alliance", "2025-10-31")


def _in_month(look: Look, event_id: str, day: str) -> Found:
    events = look.event(event_id)
    dates = events["date"].dt.strftime("%Y-%m-%d").str.startswith(day)
    if events.empty:
        raise NoFigures("no such event had been recorded by then")
    return happened(events[dates], f"it happened in {day}")


def c116(look: Look) -> Found:
    """Check whether in April 2025 China suspended a part of its exports."""
    return happened(
        look.event("2025-04-04-mofcom-18-seven-rare-earths"), "exports need a licence"
    )


def c141(look: Look) -> Found:
    """Check whether the United States and the EU look for other sources with allies."""
    events = look.event(
        "2025-10-20-us-australia-framework", "2025-10-28-us-japan-framework"
    )
    return happened(events, "frameworks were signed")


def c153(look: Look) -> Found:
    """Check whether the United States and Japan have agreed on supply chains."""
    return happened(look.event("2025-10-28-us-japan-framework"), "it was signed")


def c023(look: Look) -> Found:
    """Check whether the EU gives Kazakhstan 200 million euro of assistance."""
    basis = "raw-materials agreement of March 2025"
    return from_checks(look.checked("C023-1"), basis)
