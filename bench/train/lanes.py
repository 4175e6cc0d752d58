"""Where a group's restarts run: lanes of one program, on one device or sharded over several.

Every array of a lane has R, the restarts, in front. Over several devices that axis is split by
JAX's own sharding (`jax.shard_map` over a mesh of one axis), so a device runs the very program that
it would run alone on its share of the lanes, and nothing is sent between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

AXIS = "restarts"

Array = Any
"""NumPy's on the host, JAX's on devices and inside programs."""


@dataclass(frozen=True)
class Lanes:
    """The devices of a group of restarts; R must be a multiple of their number."""

    devices: tuple[jax.Device, ...]

    def program(
        self, function: Callable[..., Any], in_axes: Sequence[int | None]
    ) -> Callable[..., Any]:
        """``function`` of one lane, vmapped over all, sharded and jitted.

        A lane alone on its device is not vmapped: XLA scatters with one dimension more are slower.

        Args:
            in_axes: 0 for arguments with R in front, None for those that all lanes share. Results
                have R in front.
        """
        axes = tuple(in_axes)

        def mapped(*arguments: Any) -> Any:
            own = [value for value, axis in zip(arguments, axes, strict=True) if axis == 0]
            if any(len(value) > 1 for value in jax.tree.leaves(own)):
                return jax.vmap(function, in_axes=axes)(*arguments)
            one = (
                value if axis is None else jax.tree.map(lambda x: x[0], value)
                for value, axis in zip(arguments, axes, strict=True)
            )
            return jax.tree.map(lambda x: x[None], function(*one))

        if len(self.devices) == 1:
            return jax.jit(mapped)
        specs = tuple(PartitionSpec() if axis is None else PartitionSpec(AXIS) for axis in axes)
        return jax.jit(
            jax.shard_map(
                mapped, mesh=self._mesh, in_specs=specs, out_specs=PartitionSpec(AXIS),
                check_vma=False,  # nothing is sent between devices, and Pallas has no such types
            )
        )  # fmt: skip

    def split(self, tree: Any) -> Any:
        """Arrays with R in front, committed to the devices."""
        return self._put(tree, PartitionSpec(AXIS))

    def copy(self, tree: Any) -> Any:
        """Arrays that all lanes share, committed to each device."""
        return self._put(tree, PartitionSpec())

    def _put(self, tree: Any, spec: PartitionSpec) -> Any:
        alone = len(self.devices) == 1
        where = self.devices[0] if alone else NamedSharding(self._mesh, spec)
        return jax.tree.map(lambda x: jax.device_put(np.asarray(x), where), tree)

    @cached_property
    def _mesh(self) -> Mesh:
        return Mesh(np.array(self.devices), (AXIS,))
