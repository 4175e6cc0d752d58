"""A valid row of the store, for tests that need one."""

from bench.core.dataset import AtHand
from bench.core.runs import Group, expand
from bench.methods.memn2n.spec import memn2n

AT_HAND = AtHand(
    "real",
    {
        str(task): {
            f"tasks_1-20_v1-2/en/qa{task}_x_{split}.txt": f"{task:02d}{split}" * 8
            for split in ("train", "test")
        }
        for task in range(1, 21)
    },
)


def group(task: int = 2, **fields) -> Group:
    """A group on made-up hashes."""
    column = memn2n(**{"id": "pe", "title": "PE", **fields})
    return expand(column, "babi-1k", [str(task)], AT_HAND)[0]


def row(of: Group, seed: int, **fields) -> dict:
    """A row of that group; fields given win."""
    made = {
        "id": of.run_id(seed),
        "seed": seed,
        "lanes": 5,
        "epochs": 100,
        "diverged": None,
        "running_loss": 0.5,
        "running_error": 10.0,
        "train_loss": 0.4,
        "train_error": 9.0,
        "valid_loss": 0.6,
        "valid_error": 12.0,
        "valid_error_batches": 12.5,
        "test_loss": 0.7,
        "test_error": 13.0,
        "test_error_batches": 13.1,
        "test_errors": dict.fromkeys(of.units, 13.0),
        "curves": {"epoch": [100], "train_loss": [0.5], "valid_error": [12.0]},
        "seconds": 1.5,
        "kind": "real",
        "device": "cpu test",
        "commit": "0123456789ab",
        "versions": {"jax": "0"},
    }
    return made | fields
