"""Table 2 of Memory Networks: what hashing the memory costs in F1, and what it saves.

    .venv/bin/python experiments/memnn_table2_hashing.py --generated
    .venv/bin/python experiments/memnn_table2_hashing.py --data DIR --allow-unverified

Expected (W14 sections 3.3 and 5.1): clusters of words lose 0.01 to 0.02 of F1 and look at 80 times
fewer candidates; words alone lose 0.09 to 0.14 and look at 1000 times fewer.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn_triples.spec import MemNNTriples

EXPERIMENT = Experiment(
    id="memnn_table2_hashing",
    title="Memory Networks, Table 2: memory hashing, F1 and candidates",
    dataset="triples",
    layout="keys",
    keys=("method",),
    figure="none",
    long=True,
    remarks=(
        "Which words have a bucket the paper does not say: here those that at most one statement "
        "in a thousand has. Buckets of 'the' and 'of' would be a large part of the memory.",
        "Every row has restarts of its own: small differences of F1 may be theirs.",
    ),
    columns=(
        MemNNTriples(id="no_hashing", title="no hashing", restarts=5),
        MemNNTriples(id="word_hash", title="word hash", hashing="words", restarts=5),
        MemNNTriples(
            id="cluster_hash_k1000", title="cluster hash, K = 1000", hashing="clusters", restarts=5
        ),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
