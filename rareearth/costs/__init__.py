"""What refining costs: from accounts (top down) and by component (bottom up).

Modules: `finance` (annuity, levelised cost, learning rate), `model` (the cost of a kg
as one plain function), `ranges` (its parameters from figures and assumptions), `draws`
and `simulation` (Monte Carlo), `sensitivity`, `breakeven`, `accounts` and `calibration`
(what companies publish, and how the two ways compare).

Rare earths are joint products. Unless it says otherwise, a cost here carries all cost
on neodymium-praseodymium (NdPr) oxide, less what the other products earn.
"""

from rareearth.costs.finance import annuity, levelised_cost, output_factor
from rareearth.costs.model import COMPONENTS, cash_cost, full_cost, unit_cost

__all__ = [
    "COMPONENTS",
    "annuity",
    "cash_cost",
    "full_cost",
    "levelised_cost",
    "output_factor",
    "unit_cost",
]
