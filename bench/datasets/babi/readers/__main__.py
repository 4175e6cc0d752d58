"""``python -m bench.datasets.babi.readers``."""

from bench.datasets.babi.readers.command import main

raise SystemExit(main())
