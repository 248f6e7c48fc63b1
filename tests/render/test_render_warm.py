"""Cells that run in a forked process give what they give on a stock kernel."""

import os
import sys
from pathlib import Path

import nbformat
import pytest

from rareearth.render import execute, library, parameters, pool, provenance, server
from rareearth.render import job as jobs
from rareearth.render.pool import ForkPool
from rareearth.render.warm import coalesce

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only"),
]
TITLE = ("markdown", "# A question?")
SETTINGS = ("parameters", "year: int = 2024")
SOUND = [
    # results
    "1 + 1",
    "_ + 1",
    "'text'",
    "None",
    "x = 5;\nx;",
    "Out[2], len(In)",
    "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['<', None]})",
    "__name__, get_ipython().__class__.__name__ != ''",
    # streams
    "import sys\nprint('a'); print('b', file=sys.stderr); print('c', end='')",
    "print('one\\rtwo'); sys.stderr.write('x')",
    "import os\n_ = os.system('echo from a program')",
    "import subprocess\nsubprocess.run(['echo', 'hello'], check=True)",
    "!echo magic",
    "import logging\nlogging.warning('careful')",
    # displays
    "from IPython.display import *\ndisplay(HTML('<p>x</p>'), metadata={'a': 1})",
    "display({'text/plain': 'p', 'application/json': {'a': [1, (2,)]}}, raw=True)",
    "handle = display('old', display_id='fixed')",
    "handle.update('new'); print('after')",
    "print('gone'); clear_output(); print('kept')",
    "print('gone'); clear_output(wait=True)\nprint('kept')",
    "Markdown('*m*')",
    "display(1, 2)\nprint('between')\ndisplay(3)",
    # charts
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('t')",
    "fig, ax = plt.subplots(figsize=(2, 1))\nax.plot([2, 1]);",
    "plt.close('all')\nplt.get_backend()",
    "fig = plt.figure(figsize=(1, 1)); plt.show(); print('shown')",
    # magics
    "%%capture kept\nprint('hidden')",
    "kept.stdout",
    "%env RAREEARTH_TEST=1",
    "%%writefile -a /dev/null\nx",
    "await __import__('asyncio').sleep(0)\nprint('awaited')",
    "%whos str",
    # processes
    "import multiprocessing as mp\ndef double(x):\n    return 2 * x",
    "with mp.get_context('fork').Pool(2) as pool:\n    print(pool.map(double, [1, 2]))",
    "import threading\n"
    "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()",
    # warnings
    "import warnings\nwarnings.warn('take care')",
    "def old():\n    warnings.warn('old', DeprecationWarning)\nold()",
    "import numpy as np\nnp.array([1.0]) / 0",
]
CASES = {
    "sound": SOUND,
    "error": ["def f(x):\n    return 1 / x", "print('so far')\nf(0)", "print('never')"],
    "syntax": ["print('a')", "def f(:"],
    "input": ["input('name?')"],
    "exit": ["import sys\nsys.exit(4)"],
}


@pytest.fixture(scope="module")
def warm():
    """Return the processes that runs of this module are forked from."""
    with ForkPool(pool.cpus()) as made:
        yield made


def outcome(notebook, used):
    """Return what a run gives: its cells and its record, or its failure."""
    try:
        result, manifest = execute.execute(notebook, used)
    except execute.RunFailed as failure:
        return str(failure), failure.notebook.cells, None
    return "", result.cells, manifest, result.metadata


def compare(notebook, warm):
    """Run on both engines and return what both gave, which must be equal."""
    used = parameters.resolve(notebook, {})
    stock = outcome(notebook, used)
    ours = warm.submit(outcome, notebook, used).result()
    for one, two in zip(stock[1], ours[1], strict=True):
        assert dict(two) == dict(one)
    assert ours == stock
    return ours


@pytest.mark.parametrize("case", CASES)
def test_both_engines_give_the_same(notebook, warm, case):
    cells = [("code", source) for source in CASES[case]]
    compare(notebook(TITLE, SETTINGS, *cells), warm)


def test_the_second_cell_refuses_what_is_not_declared_on_both_engines(notebook, warm):
    settings = ("parameters", "n: int = 99  # months [1 .. 9]")
    check = "from rareearth.figures.parameters import check_parameters\n"
    path = notebook(TITLE, settings, ("code", f"{check}check_parameters()"))
    error, *_ = compare(path, warm)
    assert error.endswith("n: 99 is not a number from 1 up to 9")


def on_kernel(notebook, used):
    """Return what a run on a stock kernel gives, also in a forked process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "is_child", lambda: False)
        return outcome(notebook, used)


@pytest.fixture(scope="module")
def stock(request, warm):
    """Start the runs of all notebooks that are asked for on stock kernels."""
    asked = [
        item.callspec.params["path"]
        for item in request.session.items
        if getattr(item, "originalname", "") == WORKBOOK_TEST
    ]
    return {
        path: warm.submit(on_kernel, path, parameters.resolve(path, {}))
        for path in dict.fromkeys(asked)
    }


WORKBOOK_TEST = "test_both_engines_give_the_same_for_the_workbook"
# All twelve take two minutes: `make look` runs them, `make test` one that simulates.
COMPARED = [
    path
    for path in library.notebooks()
    if os.environ.get("RAREEARTH_LOOK") == "all" or path.stem[:2] == "08"
]


@pytest.mark.parametrize("path", COMPARED, ids=lambda path: path.stem)
def test_both_engines_give_the_same_for_the_workbook(stock, reports, path):
    job = jobs.plan(path, {}, reports.folder)
    ours = nbformat.read(job.executed, as_version=4)
    error, cells, manifest, metadata = stock[path].result()
    assert error == ""
    for one, two in zip(cells, ours.cells, strict=True):
        assert dict(two) == dict(one)
    del ours.metadata["rareearth"]
    assert ours.metadata == metadata
    used = provenance.used_by(manifest)
    assert provenance.read(job)["run"] == provenance.run_key(job, used)
    assert any(name.endswith("series.csv") for name in manifest["data"])
    assert "rareearth.figures.loading" in manifest["modules"]


def test_tags_say_which_cells_may_fail_or_are_left_out(notebook, warm):
    import json

    path = notebook(TITLE, SETTINGS, ("code", "1 / 0"), ("code", "x"), ("code", "2"))
    content = json.loads(path.read_text())
    content["cells"][2]["metadata"]["tags"] = ["raises-exception"]
    content["cells"][3]["metadata"]["tags"] = ["skip-execution"]
    path.write_text(json.dumps(content))
    # Papermill takes any error for a failed run, whatever the tag says.
    failure, cells, _ = compare(path, warm)
    assert "ZeroDivisionError" in failure
    assert cells[-1].outputs[0].data["text/plain"] == "2"


@pytest.mark.parametrize(
    "code",
    [
        "import comm\nc = comm.create_comm(target_name='x')",
        "k = get_ipython().kernel.session.session\nprint(len(k) > 0)",
    ],
)
def test_what_needs_a_kernel_gets_one(notebook, warm, code):
    path = notebook(TITLE, SETTINGS, ("code", code), ("code", "print('done')"))
    failure, cells, *_ = compare(path, warm)
    assert not failure
    assert cells[-1].outputs[0].text == "done\n"


def test_a_data_file_that_is_opened_directly_fails_the_run(notebook, warm):
    data = library.data_folder()
    read = f"open({str(data / 'prices.csv')!r}).read()"
    hidden = f"try:\n    {read}\nexcept Exception:\n    pass"
    parsed = f"import pandas as pd\npd.read_csv({str(data)!r} + '/prices.csv')"
    failure, *_ = compare(notebook(TITLE, SETTINGS, ("code", parsed)), warm)
    assert "data/prices.csv was opened directly" in failure
    assert "rareearth.load" in failure
    failure, *_ = compare(notebook(TITLE, SETTINGS, ("code", hidden)), warm)
    assert failure.startswith("data/prices.csv opened directly")


def test_streams_are_merged_by_name():
    from nbformat.v4 import new_output

    def stream(name, text):
        return new_output("stream", name=name, text=text)

    merged = coalesce(
        [stream("stderr", "1"), stream("stdout", "a"), stream("stderr", "2")]
    )
    assert [(each.name, each.text) for each in merged] == [
        ("stdout", "a"),
        ("stderr", "12"),
    ]


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("a\rb", "b"),
        ("a\r\nb", "a\r\nb"),
        ("a\rb\rc\nd\re\n", "c\ne\n"),
        ("a\r\r", "\r"),
        ("", ""),
        ("x" * 500_000, "x" * 500_000),  # minutes, if time grew with the square
    ],
)
def test_a_line_that_was_written_over_is_shown_as_a_terminal_does(printed, shown):
    from nbformat.v4 import new_output

    (output,) = coalesce([new_output("stream", name="stdout", text=printed)])
    assert output["text"] == shown


def test_the_stock_engine_can_be_forced(monkeypatch):
    monkeypatch.setenv("RAREEARTH_ENGINE", "stock")
    assert not pool.can_fork()
    with pool.local(1) as executor:
        assert not isinstance(executor, ForkPool)
        assert executor.submit(Path.cwd).result() == Path.cwd()
