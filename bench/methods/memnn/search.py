"""A search for the settings of W15's model.

python -m bench.methods.memnn.search babi-1k bench/methods/memnn/search_babi.csv
"""

from __future__ import annotations

from bench.methods.memnn.method import METHOD
from bench.methods.memnn.protocols import SEARCHES, supervised
from bench.train.search import main

if __name__ == "__main__":
    raise SystemExit(
        main(METHOD, supervised, SEARCHES, "Chooses settings by held-out training questions.")
    )
