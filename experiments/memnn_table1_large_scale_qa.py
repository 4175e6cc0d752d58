"""Table 1 of Memory Networks: F1 of large-scale question answering over 14 million statements.

    .venv/bin/python experiments/memnn_table1_large_scale_qa.py --profile paper

No row of it can be run yet. Expected (W14 section 5.1): embeddings alone 0.72, with the words'
matches as features 0.82.
"""

from bench.core.column import NotYet
from bench.core.experiment import Experiment

WHY = "question answering over triples is not written yet"

EXPERIMENT = Experiment(
    id="memnn_table1_large_scale_qa",
    title="Memory Networks, Table 1: large-scale question answering, F1",
    dataset="triples",
    layout="keys",
    keys=("method",),
    figure="none",
    long=True,
    columns=(
        NotYet(id="fader_2013", title="Fader et al., 2013", why=WHY),
        NotYet(id="bordes_2014b", title="Bordes et al., 2014b", why=WHY),
        NotYet(id="memnn_embedding_only", title="MemNN, embeddings only", why=WHY),
        NotYet(id="memnn_with_bow_features", title="MemNN, with BoW features", why=WHY),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
