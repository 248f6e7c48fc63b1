"""What each notebook declares of its parameters, and what that refuses."""

import pytest

from rareearth.demand.scenarios import SCENARIOS
from rareearth.demand.uses import APPLICATIONS
from rareearth.errors import ParameterError
from rareearth.figures.columns import IMPORTERS
from rareearth.figures.parameters import parse
from rareearth.production.mining import STAGES
from rareearth.ramp_up.pipeline import GOODS
from rareearth.render import library, parameters
from rareearth.supply_risk.analysis import PRODUCTS

NOTEBOOKS = {path.stem[:2]: path for path in library.notebooks()}


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_all_defaults_keep_to_their_own_declaration(number):
    cells = library.load_cells(NOTEBOOKS[number])
    place = next(i for i, c in enumerate(cells) if library.is_tagged(c, "parameters"))
    for each in parse(library.source(cells[place]), number):
        each.check(each.default)
        assert each.declared or each.kind == "bool", f"declare what {each} can be"
    assert library.source(cells[place + 1]).endswith("\ncheck_parameters()")


@pytest.mark.parametrize(
    ("number", "name", "known"),
    [
        ("01", "stage", STAGES),
        ("05", "importer", IMPORTERS),
        ("06", "application", APPLICATIONS),
        ("06", "scenario", SCENARIOS),
        ("07", "product", PRODUCTS),
        ("07", "importer", IMPORTERS),
        ("08", "importer", IMPORTERS),
        ("09", "product", GOODS),
    ],
)
def test_the_choices_are_those_that_the_room_knows(number, name, known):
    declared = {p.name: p.declared for p in parameters.read(NOTEBOOKS[number])}
    assert set(declared[name].parts) == set(known)


@pytest.mark.parametrize(
    ("number", "name", "value", "said"),
    [
        ("00", "as_of", "soon", "'latest' or a day"),
        ("01", "country", "Chna", "did you mean 'China'"),
        ("01", "country", "World", "is not a country"),
        ("01", "stage", "alloy", "'mine', 'separation', 'metal' or 'magnet'"),
        ("01", "end_year", "1900", "there are 1985 to 2025"),
        ("02", "product", "Nd oxid", "did you mean 'Nd oxide'"),
        ("02", "market", "Mars", "'China FOB', 'China domestic' or"),
        ("02", "currency", "XYZ", "'USD', 'CNY'"),
        ("02", "base_year", "1990", "there are 2010 to"),
        ("02", "start", "soon", "'first', a year"),
        ("02", "horizon_months", "37", "from 1 up to 36"),
        ("03", "producer", "Shenghe Resources", "'Lynas', 'Baotou'"),
        ("03", "base_year", "1950", "a year of cpi_month"),
        ("03", "discount_rate", "5", "from 0 up to 0.5"),
        ("03", "draws", "1000000000", "from 100 up to 1,000,000"),
        ("03", "seed", "-3", "from 0"),
        ("04", "company", "Iluka", "is not a company of revenue"),
        ("04", "currency", "XXX", "'own'"),
        ("05", "importer", "Brazil", "'European Union'"),
        ("05", "start", "2025", "a month .YYYY-MM."),
        ("06", "application", "Trams", "'Wind power'"),
        ("06", "scenario", "Mine", "'IEA pledges'"),
        ("07", "product", "gallium", "'heavy rare earths'"),
        ("07", "importer", "Burundi", "'Japan'"),
        ("07", "year", "2010", "from 2017"),
        ("08", "importer", "India", "'Japan'"),
        ("08", "stock_months", "-2", "from 0 up to 180"),
        ("08", "cut_share", "0", "above 0 up to 1"),
        ("08", "substitution", "2", "from 0 up to 1"),
        ("08", "horizon_months", "0", "from 1 up to 180"),
        ("09", "product", "La oxide", "'NdPr oxide'"),
        ("09", "target_share", "1.5", "above 0 up to 1"),
        ("09", "target_date", "someday", "a day"),
        ("10", "actor", "Chna", "did you mean 'China'"),
        ("10", "end", "2010-13", "a year .YYYY., a month"),
        ("11", "digest", "digest-11", "an article of claims"),
        ("11", "topic", "prices", "did you mean 'price'"),
    ],
)
def test_a_value_that_is_not_declared_is_refused(number, name, value, said):
    with pytest.raises(ParameterError, match=f"^{name}: .*{said}"):
        parameters.resolve(NOTEBOOKS[number], {name: value})
