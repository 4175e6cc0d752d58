"""Handmade rows of attention."""

from bench.studies.attention.store import VERSION


def a_row(task=1, seed=0, share=(0.5, 0.75), dataset="babi-1k", **fields) -> dict:
    """A row of a model with two hops; fields given, of its story too, win."""
    story = {
        "figure": "", "split": "test", "story": 3, "question": 4, "line": 15, "right": 0,
        "probability": 0.875, "empty": [0.0, 0.25],
        "statements": [[11, 1, []], [12, 0, [0.01, 0.02]], [14, 0, [0.99, 0.73]]],
    }  # fmt: skip
    story |= {name: fields.pop(name) for name in list(fields) if name in story and name != "empty"}
    return {
        "id": f"{task:08x}{seed:08x}", "group": f"{task:016x}", "version": VERSION,
        "dataset": dataset, "task": task, "seed": seed, "kind": "real",
        "model": f"{dataset}_qa{task:02d}_memn2n-pe", "selection": "released", "diverged": None,
        "running_error": 10.0, "running_loss": 0.5, "train_error": 9.0,
        "train_loss": 0.4, "test_error": 12.5,
        "hops": 2, "memory": 2, "questions": 1000, "facts": 1500, "lost": 20, "questions_lost": 15,
        "share": list(share), "top": [0.25, 0.5], "empty": [0.125, 0.0],
        "even": 0.2, "stories": [story],
        "device": "cpu test", "commit": "0123456789ab", "versions": {"jax": "0"},
    } | fields  # fmt: skip
