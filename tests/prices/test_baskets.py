"""Baskets follow from printed compositions and prices; none is guessed."""

import pandas as pd
import pytest

from rareearth.errors import NoFigures
from rareearth.prices.baskets import baskets, compositions, prices_at
from rareearth.prices.series import Prices

PRICES = Prices.load()
SHARES = compositions()
IN_2024 = baskets(SHARES, prices_at(PRICES, 2024))
ND_MARCH_2025, PR_MARCH_2025 = 62.26, 64.52  # China FOB, USD/kg, komis-ise-fob


def basket(deposit, parts=IN_2024):
    return parts[parts["deposit"] == deposit].set_index("product")


def test_the_basket_of_mountain_pass_by_hand():
    # mp-10k-fy-2021: Ce 50.2, La 32.3, NdPr 15.7, SEG+ 1.8 percent; USGS 2024: 1.21,
    # 0.97 and 55 USD/kg; SEG+ has no price.
    parts = basket("Mountain Pass")
    by_hand = 0.502 * 1.21 + 0.323 * 0.97 + 0.157 * 55
    assert parts["total_usd"].unique() == pytest.approx([by_hand])
    unpriced = parts.loc[parts["value_usd"].isna(), "share"].sum()
    assert unpriced == pytest.approx(0.018)


@pytest.mark.parametrize("deposit", IN_2024["deposit"].unique())
def test_the_shares_of_a_basket_add_up(deposit):
    parts = basket(deposit)
    assert parts["share"].sum() == pytest.approx(1, abs=0.01)
    assert parts["value_share"].sum() == pytest.approx(1)


def test_elements_become_oxides_by_weight():
    # Bailey 2020: neodymium 0.00541, cerium 0.0164 kg; Nd2O3 holds 0.85736, CeO2
    # 0.81409 of metal.
    shares = basket("Bayan Obo", SHARES)["share"]
    ratio = (0.00541 / 0.85736) / (0.0164 / 0.81409)
    assert shares["Nd oxide"] / shares["Ce oxide"] == pytest.approx(ratio, rel=1e-4)


def test_ndpr_without_a_price_is_priced_as_the_stated_mix():
    known = {"Nd oxide": ND_MARCH_2025, "Pr oxide": PR_MARCH_2025}
    known = pd.Series(known, name="price_usd_per_kg").rename_axis("product")
    march = baskets(SHARES, known.reset_index())
    row = basket("Mountain Pass", march).loc["NdPr oxide"]
    assert row["price_usd_per_kg"] == pytest.approx(
        0.75 * ND_MARCH_2025 + 0.25 * PR_MARCH_2025
    )
    assert row["note"] == "priced as 75 % Nd and 25 % Pr oxide"


def test_a_composition_is_never_guessed():
    assert basket("Mt Weld", SHARES)["share"].isna().all()
    assert basket("Mt Weld").empty


def test_a_basket_without_prices_says_when_there_are():
    with pytest.raises(NoFigures, match="prices from 2014 to 2025"):
        prices_at(PRICES, 1990)
