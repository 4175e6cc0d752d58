"""The search that chose the settings of the columns.

python -m bench.methods.recurrent.search babi-1k bench/methods/recurrent/search_babi.csv
"""

from __future__ import annotations

from bench.methods.recurrent.method import METHOD
from bench.methods.recurrent.protocols import SEARCHES
from bench.methods.recurrent.spec import Recurrent
from bench.train.search import main

if __name__ == "__main__":
    raise SystemExit(
        main(METHOD, Recurrent, SEARCHES, "Chooses settings by held-out training questions.")
    )
