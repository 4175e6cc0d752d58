"""``python -m bench.readers``."""

from bench.readers.command import main

raise SystemExit(main())
