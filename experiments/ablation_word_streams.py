"""Ablation of W14's word streams: MemNN's memories as segments that it learned to cut, against the
statements as they are.

    .venv/bin/python experiments/ablation_word_streams.py --profile paper
    .venv/bin/python experiments/ablation_word_streams.py --columns k2_time k2_time_stream

The columns that read streams are those of Table 3; the others read the same stories by sentences.
What sets them apart is what a segmenter misses, and that its segments begin with the words that
join them to what was told before.

Expected: W14 prints none. With two hops, the same within a point. With one, a segment may tell what
its sentence does not: a full stop stands before each statement that follows a question, so that the
words that join statements say something of when they were told.
"""

from typing import Any

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14

MODELS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("k1", "k = 1", dict(hops=1, write_time=False)),
    ("k1_time", "k = 1, time", dict(hops=1)),
    ("k2_time", "k = 2, time", {}),
)
SENTENCES = tuple(w14(id=id, title=f"{title}, sentences", **more) for id, title, more in MODELS)
STREAMS = tuple(
    w14(id=f"{id}_stream", title=f"{title}, word stream", text="stream", against=id, **more)
    for id, title, more in MODELS
)

EXPERIMENT = Experiment(
    id="ablation_word_streams",
    title="Ablation: word streams cut by a learned segmenter, against sentences",
    dataset="world",
    units=(
        "d1_actor_without_before",
        "d1_actor",
        "d1_actor_object",
        "d5_actor",
        "d5_actor_object",
    ),
    printed=False,
    figure="columns",
    long=True,
    remarks=(
        "A segment is a sentence and the word or full stop that joins it to what was told before; "
        "a full stop stands before each statement that follows a question. So these words say "
        "something of when it was told, which models without time make use of, and one of one hop "
        "with time a little.",
    ),
    quick=(SENTENCES[-1], STREAMS[-1]),
    columns=(*SENTENCES, *STREAMS),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
