"""Table 1 of Memory Networks: F1 of large-scale question answering over 14 million statements.

    .venv/bin/python experiments/memnn_table1_large_scale_qa.py --generated
    .venv/bin/python experiments/memnn_table1_large_scale_qa.py --data DIR --allow-unverified

Expected (W14 section 5.1): embeddings alone 0.72, with the match of words 0.82. The statements, the
paraphrases and the judged questions are those of Fader et al. (2013); their SHA-256 is not known
here, so they are used unverified. W14 gives neither batches nor length of training: ours are in the
settings, and not searched.
"""

from bench.core.column import NotYet
from bench.core.experiment import Experiment
from bench.methods.memnn_triples.spec import MemNNTriples

QUOTED = "quoted by the paper from others, and not trained here"

EXPERIMENT = Experiment(
    id="memnn_table1_large_scale_qa",
    title="Memory Networks, Table 1: large-scale question answering, F1",
    dataset="triples",
    layout="keys",
    keys=("method",),
    figure="none",
    long=True,
    columns=(
        NotYet(id="fader_2013", title="Fader et al., 2013", why=QUOTED),
        NotYet(id="bordes_2014b", title="Bordes et al., 2014b", why=QUOTED),
        MemNNTriples(id="memnn_embedding_only", title="MemNN, embeddings only", restarts=5),
        MemNNTriples(
            id="memnn_with_bow_features", title="MemNN, with BoW features", reports="match",
            restarts=5,
        ),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
