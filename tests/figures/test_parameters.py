"""What the bracket at the end of a parameter's comment declares is kept to."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from rareearth.errors import ParameterError
from rareearth.figures.parameters import check_parameters, parse


def parameter(line):
    (found,) = parse(line, "x.ipynb")
    return found


@pytest.mark.parametrize(
    ("line", "good", "wrong"),
    [
        ("n: int = 6  # months [1 .. 180]", ["1", "180"], ["0", "181", "-1"]),
        ("s: float = 0.5  # a share (0 .. 1]", ["1", "1e-9"], ["0", "1.01", "-0"]),
        ("s: float = 0.5  # a share [0 .. 1)", ["0", "0.99"], ["1", "-0.01"]),
        ("n: int = 1  # a seed [0 ..]", ["0", str(10**17)], ["-1"]),
        ("n: int = 1  # at most [.. 5]", ["-100", "5"], ["6"]),
        ("n: list[int] = [1]  # several [1 .. 9]", ["1,9", "[]"], ["1,10"]),
        (
            "a: str = 'Japan'  # [European Union | Japan]",
            ["European Union"],
            ["japan", "Japan ", "", "European Union | Japan", "Jap"],
        ),
        ("a: list[str] = ['a']  # [a | b]", ["a,b", "b"], ["a,c"]),
        ("n: int = 1  # [1 | 2]", ["2"], ["3"]),
        (
            "d: str = 'latest'  # [latest | YYYY-MM-DD]",
            ["2024-02-29"],
            ["2025-02-29", "2025-2-1", "20250201", "2025", "1200-01-01", "first"],
        ),
        ("d: str = '2024'  # [YYYY | YYYY-MM]", ["2025-12"], ["2025-13", "2025-1"]),
        ("c: str = 'China'  # who [a country]", ["Estonia"], ["World", "Lynas", "X"]),
        (
            "c: str = 'Lynas'  # [a company of revenue]",
            ["JL Mag"],
            ["Iluka", "China", "all"],
        ),
        (
            "p: str = 'Nd oxide'  # [a product of oxide_price_annual]",
            ["Y oxide"],
            ["Nd"],
        ),
        ("y: int = 2000  # [a year of mine_production]", ["1985"], ["1984", "2100"]),
        (
            "a: str = 'all'  # [all | an actor of events]",
            ["G7"],
            ["Chna", "China;Japan"],
        ),
        ("d: str = 'own'  # [all | an article of claims | own]", ["digest-07"], ["1"]),
    ],
)
def test_a_value_keeps_to_what_is_declared(line, good, wrong):
    each = parameter(line)
    for value in good:
        each.read(value)
    for value in wrong:
        with pytest.raises(ParameterError, match=f"^{each.name}: "):
            each.read(value)


@pytest.mark.parametrize(
    ("line", "value", "said"),
    [
        ("n: int = 6  # [1 .. 180]", 0, "n: 0 is not a number from 1 up to 180"),
        ("s: float = 1.0  # (0 .. 1]", 0.0, "s: 0.0 is not a number above 0 up to 1"),
        (
            "s: float = 0.5  # [0 .. 1)",
            1.0,
            "s: 1.0 is not a number from 0 and below 1",
        ),
        ("n: int = 6  # [0 ..]", -1, "n: -1 is not a number from 0"),
        ("a: str = 'x'  # [x | y | z]", "w", "a: 'w' is not 'x', 'y' or 'z'"),
        (
            "d: str = 'latest'  # [latest | YYYY-MM-DD]",
            "soon",
            "d: 'soon' is not 'latest' or a day (YYYY-MM-DD)",
        ),
        (
            "c: str = 'China'  # [a country]",
            "USA",
            "c: 'USA' is not a country; did you mean 'United States'?",
        ),
        (
            "p: str = 'Nd oxide'  # [a product of oxide_price_annual]",
            "neodymium",
            "p: 'neodymium' is not a product of oxide_price_annual; "
            "did you mean 'Nd oxide', 'NdPr oxide'?",
        ),
        (
            "y: int = 2000  # [a year of mine_production]",
            1900,
            "y: 1900 is not a year of mine_production; there are 1985 to 2025",
        ),
    ],
)
def test_a_refusal_names_parameter_value_and_choices(line, value, said):
    with pytest.raises(ParameterError) as caught:
        parameter(line).check(value)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "in USD/kg [USD/kg]",
        "as in [1]",
        "from 0 to 1 (0.08 is 8 %)",
        "[see below].",
    ],
)
def test_any_other_bracket_is_part_of_the_comment(comment):
    assert parameter(f"n: int = 5  # {comment}").declared is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("n: int = 5  # [1 .. x]", "line 2: n: the bracket .1 .. x. .* are numbers"),
        ("n: int = 5  # [9 .. 1]", "it ends before it begins"),
        ("n: int = 5  # [1 .. 2 .. 3]", "write a range as in"),
        ("n: str = 'a'  # [1 .. 3]", "a range is for numbers"),
        ("n: str = 'a'  # [a | | b]", "one of the choices is empty"),
    ],
)
def test_a_wrong_bracket_is_refused_by_line(line, said):
    with pytest.raises(ParameterError, match=said):
        parse(f"year: int = 2024\n{line}", "x.ipynb")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("a country of mine_prod", "unknown series.*did you mean 'mine_production'"),
        ("a moon of mine_production", "nothing is 'a moon of mine_production'"),
        ("a moon", "nothing is 'a moon'"),
        ("a moon of events", "unknown series: 'events'|nothing is"),
    ],
)
def test_what_cannot_be_looked_up_is_told(asked, said):
    with pytest.raises(ParameterError, match=said):
        parameter(f"a: str = 'x'  # [{asked}]").read("y")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("n: int = 6", "6"),
        ("n: int = 6", 6.5),
        ("n: float = 6.0", "6"),
        ("n: str = '2012'", 2012),
        ("n: bool = True", 1),
        ("n: list[str] = ['a']", "a"),
    ],
)
def test_in_a_notebook_a_value_has_its_type(line, value):
    with pytest.raises(ParameterError, match=rf"^n: {value!r} is not .*\("):
        parameter(line).check(value)


@pytest.fixture
def session():
    """Return a function that runs a cell as JupyterLab has it run."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()

    def execute(source):
        result = shell.run_cell(source, store_history=True)
        result.raise_error()

    yield execute
    InteractiveShell.clear_instance()


CELL = "n: int = 5  # months [1 .. 9]\nas_of: str = 'latest'  # [latest | YYYY-MM-DD]"


def test_a_cell_that_was_edited_is_checked_as_it_is_now(session):
    session(CELL)
    session("x = 1  # see [1]")
    check_parameters()
    session(CELL.replace("= 5", "= 99"))
    with pytest.raises(ParameterError, match="n: 99 is not"):
        check_parameters()


def test_what_papermill_injects_is_checked(session):
    session(CELL)
    session("# Parameters\nn = 0\n")
    with pytest.raises(ParameterError, match="n: 0 is not a number from 1 up to 9"):
        check_parameters()
    session("# Parameters\nn = 'soon'\n")
    with pytest.raises(ParameterError, match="n: 'soon' is not a whole number"):
        check_parameters()


def test_outside_of_a_notebook_nothing_is_checked():
    InteractiveShell.clear_instance()
    check_parameters()


def test_own_figures_are_choices_too(tmp_path, monkeypatch):
    (tmp_path / "entities.csv").write_text(
        "entity,kind,iso3,country,note\nUtopia,country,UTO,,\n", encoding="utf-8"
    )
    each = parameter("c: str = 'China'  # [a country]")
    with pytest.raises(ParameterError, match="'Utopia' is not a country"):
        each.read("Utopia")
    monkeypatch.setenv("RAREEARTH_EXTRA_DATA", str(tmp_path))
    assert each.read("Utopia") == "Utopia"
