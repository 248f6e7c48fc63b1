"""The notebooks run in JupyterLab itself, and a control there moves a chart."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from books import written

from rareearth.render import library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Each takes ten seconds. Its kernel runs all of them in another test; `make look` sets
# the variable and has all of them here as well.
SOME = ["08_cutoff_stress"]
LOOKS_AT_ALL = bool(os.environ.get("RAREEARTH_LOOK"))
NOTEBOOKS = [path.stem for path in library.notebooks()] if LOOKS_AT_ALL else SOME
MAKEFILE = Path(__file__).parents[2] / "Makefile"
SHOTS = library.outputs_folder() / "screenshots"
PATIENCE = 180  # seconds, on a busy machine
EXPLORE = """
import pandas as pd
from rareearth.charts import canvas
from rareearth.display import show
from rareearth.display.explore import explore

def draw(price=60):
    figure, axes = canvas(f"The price is {price}")
    axes.plot([0, 1], [0, price])
    data = pd.DataFrame({"x": [0, 1], "y": [0, price]})
    show(figure, data, f"Line from zero up to a price of {price} in two points")

explore(draw, price=(40, 200))
"""
RUN_ALL = """async path => {
  const panel = await jupyterapp.commands.execute('docmanager:open', {path});
  jupyterapp.shell.activateById(panel.id);
  await panel.context.ready;
  await panel.sessionContext.ready;
  await jupyterapp.commands.execute('notebook:run-all-cells');
  const cells = panel.content.model.toJSON().cells.filter(c => c.cell_type == 'code');
  const outputs = cells.flatMap(c => c.outputs);
  return {
    run: cells.filter(c => c.execution_count).length, cells: cells.length,
    outputs: outputs.length,
    errors: outputs.filter(o => o.output_type == 'error').map(o => o.evalue),
    printed: outputs.filter(o => o.name == 'stderr').map(o => o.text),
  };
}"""
CLOSE = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await panel.context.save();
  await panel.sessionContext.shutdown();
  panel.dispose();
}"""


@pytest.fixture(scope="module")
def server(checkout):
    """Return the address of a fresh JupyterLab, as `make lab` starts it."""
    (recipe,) = re.findall(r"^lab: .*\n\t@(.+)$", MAKEFILE.read_text("utf-8"), re.M)
    options = "--no-browser --port=0 --allow-root --IdentityProvider.token="
    options += " --ServerApp.password= --ServerApp.ip=127.0.0.1"
    options += " --expose-app-in-browser"
    words = recipe.replace("$(RUN)", sys.executable).replace("$(ARGS)", options).split()
    settings = checkout.parent / "jupyter"
    path = os.pathsep.join(
        filter(None, [str(library.PACKAGE.parent), os.environ.get("PYTHONPATH")])
    )
    own = ("CONFIG", "DATA", "RUNTIME")
    env = os.environ | {f"JUPYTER_{each}_DIR": str(settings / each) for each in own}
    env |= {"PYTHONPATH": path, "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab")}
    env |= {"JUPYTERLAB_WORKSPACES_DIR": str(settings / "spaces")}
    (settings / "RUNTIME").mkdir(parents=True)
    with (settings / "log").open("w") as log:
        process = subprocess.Popen(
            words, stdout=log, stderr=subprocess.STDOUT, env=env, cwd=checkout
        )
    try:
        yield wait_for_address(process, settings)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def lab(browser, server):
    """Return a tab in JupyterLab."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE * 1000)
    tab.goto(f"{server}lab?reset")
    tab.locator(".jp-Launcher").wait_for()
    yield tab
    context.close()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Return a folder with copies of figures and notebooks, and one with a control."""
    folder = tmp_path_factory.mktemp("lab") / "checkout"
    shutil.copytree(library.notebooks_folder(), folder / "notebooks")
    shutil.copytree(library.data_folder(), folder / "data")
    written(("code", EXPLORE.strip()), name="explore", folder=folder / "notebooks")
    return folder


def wait_for_address(process, settings):
    """Return the address that the server says it listens on."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        for path in (settings / "RUNTIME").glob("jpserver-*.json"):
            return json.loads(path.read_text("utf-8"))["url"]
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{(settings / 'log').read_text()[-2000:]}")


def test_make_lab_opens_the_notebooks_and_shows_the_figures(server):
    with urlopen(f"{server}api/contents/data") as answer:
        names = {each["name"] for each in json.load(answer)["content"]}
    with urlopen(server) as answer:
        assert answer.url == f"{server}lab/tree/notebooks"
    assert {"production.csv", "README.md"} <= names


def run_all(tab, name):
    """Open a notebook, run all its cells, and return what came of it."""
    seen = tab.evaluate(RUN_ALL, f"notebooks/{name}.ipynb")
    SHOTS.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=SHOTS / f"jupyterlab-{name}.png")
    return seen


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_cells_run_in_jupyterlab(lab, name):
    seen = run_all(lab, name)
    lab.evaluate(CLOSE)
    assert seen["errors"] == []
    assert seen["printed"] == []
    assert seen["run"] == seen["cells"] > 0
    assert seen["outputs"] > 5


def test_a_control_moves_the_chart(lab):
    assert run_all(lab, "explore")["errors"] == []
    picture = lab.locator(".jp-OutputArea figure img")
    picture.wait_for()
    before = picture.get_attribute("alt")
    assert "price of 60" in before
    lab.locator(".widget-slider .noUi-handle").press("ArrowRight")
    lab.locator("figure img[alt*='price of 61']").wait_for()
    assert lab.locator(".jp-OutputArea figure img").count() == 1
    lab.evaluate(CLOSE)
