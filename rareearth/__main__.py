"""Run the command line as ``python -m rareearth``."""

from rareearth.commands.main import main

raise SystemExit(main())
