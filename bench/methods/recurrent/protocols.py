"""The settings of the papers' columns, and the searches that chose them.

S15's LSTM column is W15's, which says of its settings that they were chosen by validation; W14
tuned hidden size, steps of backpropagation and rate on each data set and gives none. So they are
chosen here by `bench.methods.recurrent.search`, once for all tasks and once for all settings of
the world; its tables are ``search_babi.csv`` and ``search_world.csv`` beside this file. On bAbI 50
words did as well as 100 on the five tasks searched (32.3 and 32.4 % in the mean), at a lower rate;
others have longer stories, so 100 are read. In the world either cell has its best of three.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.core.fields import build
from bench.methods.recurrent.spec import Recurrent
from bench.train.search import Search, Settings

BABI: Settings = dict(cell="lstm", dim=50, words=100, optimizer="adam", rate=0.01, epochs=20)

WORLD: Mapping[str, Settings] = {
    "lstm": dict(cell="lstm", dim=50, words=60, text="running", rate=0.003, epochs=12),
    "rnn": dict(cell="rnn", dim=50, words=60, text="running", rate=0.001, epochs=12),
}

SEARCHES: Mapping[str, Search] = {
    "babi-1k": Search(
        "babi-1k",
        ("1", "5", "6", "15", "20"),
        (
            BABI | {"rate": 0.003},
            BABI,
            BABI | {"rate": 0.001},
            BABI | {"rate": 0.003, "words": 50},
            BABI | {"rate": 0.003, "dim": 25},
            BABI | {"rate": 0.3, "optimizer": "sgd"},
        ),
    ),
    "world": Search(
        "world",
        ("d1_actor", "d5_actor_object"),
        (
            WORLD["rnn"],
            WORLD["lstm"],
            WORLD["rnn"] | {"rate": 0.003},
            WORLD["lstm"] | {"rate": 0.01},
            WORLD["rnn"] | {"words": 30},
            WORLD["lstm"] | {"words": 30},
        ),
    ),
}
"""Each is by the name of its data set."""


def babi(**fields: Any) -> Recurrent:
    """S15's LSTM column of Tables 1 and 3."""
    return _column(BABI, fields)


def world(cell: str, **fields: Any) -> Recurrent:
    """W14's baselines in the simulated world; it names no selection of restarts."""
    return _column({**WORLD[cell], "selection": "mean"}, fields)


def _column(settings: Settings, fields: Mapping[str, Any]) -> Recurrent:
    return build(Recurrent, {**settings, **fields}, f"column '{fields.get('id', '?')}'")
