"""Run the command line as ``python -m rareearth``."""

from rareearth.render.cli import main

raise SystemExit(main())
