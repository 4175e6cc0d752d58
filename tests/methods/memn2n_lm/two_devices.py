"""A script: two restarts with fused hops on one device, and sharded over two, each a CPU's that is
taken for a GPU's. Prints the last validation costs of both turns as JSON.

A process of its own, since the number of CPU devices is fixed when JAX starts.
"""

import json

import jax

jax.config.update("jax_num_cpu_devices", 2)

import tiny_lm  # noqa: E402

from bench.methods.memn2n_lm import training  # noqa: E402
from bench.methods.memn2n_lm.fused import Fused  # noqa: E402

training.way = lambda spec, device: Fused(interpret=True)
costs = []
for devices in (1, 2):
    trainer = training.Trainer(tiny_lm.column(epochs=1), tiny_lm.texts(), *jax.devices()[:devices])
    outcomes = trainer.train([0, 1])
    assert outcomes is not None
    costs.append([one.row["curves"]["valid_cost"][-1] for one in outcomes])
print(json.dumps(costs))
