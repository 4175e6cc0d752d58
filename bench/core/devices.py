"""The devices that training runs on: every GPU, or every CPU core as a device of its own.

XLA's CPU backend runs these small programs on one core, so cores are worth treating as devices:
each trains groups of its own, and a group's numbers do not depend on how many others run.
"""

from __future__ import annotations

import contextlib
import os
import platform
import warnings
from collections.abc import Iterator
from pathlib import Path

CPU_LANES = 5
CPU_LANE_BYTES = 4 << 20
"""On a CPU a program trains `CPU_LANES` restarts, and fewer if their batches' bags together would
exceed `CPU_LANE_BYTES`: past the cache, restarts slow each other down."""

GPU_LANES = 10
GPU_LANE_BYTES = 16 << 20
"""On a GPU a program trains as many restarts as the papers' protocols ask for, and fewer if their
batches' bags together would exceed `GPU_LANE_BYTES`: restarts of large batches gain little from
each other (`bench/methods/memn2n_lm/speed_log.md`), and one by one the first is done sooner."""


def configure(cache: Path | None) -> list:
    """Sets JAX up and returns its devices; call it once, before any JAX computation.

    Args:
        cache: folder of the persistent compilation cache, None for none.
    """
    import jax

    if cache is not None:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            jax.config.update("jax_compilation_cache_dir", str(cache))
            jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
            jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
        except OSError:
            warnings.warn(f"{cache} cannot be written: programs are compiled anew", stacklevel=2)
    # Where the backend is up already (tests) its devices serve as they are.
    with contextlib.suppress(RuntimeError):
        jax.config.update("jax_num_cpu_devices", cores())
    found = jax.local_devices()
    if found[0].platform != "cpu":
        # Tensor cores would round float32 factors to 10 bits.
        jax.config.update("jax_default_matmul_precision", "highest")
    return found


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """As on a machine with one core, where the system lets a process choose.

    Around `configure` it keeps XLA from splitting large products among threads, whose number then
    rounds their sums: a language model's come out otherwise on two cores than on one.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cores() -> int:
    """CPU cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def lanes(device, lane_bytes: int) -> int:
    """How many restarts share a program on this kind of device, however many are asked for.

    Sums of another width round differently, and a restart's bits are to follow from its spec, its
    data, its seed and the kind of device alone.

    Args:
        lane_bytes: size of the bags of one restart's batch.
    """
    most, cached = (
        (CPU_LANES, CPU_LANE_BYTES) if device.platform == "cpu" else (GPU_LANES, GPU_LANE_BYTES)
    )
    return max(1, min(most, cached // lane_bytes))


def describe(device) -> str:
    """'cpu <processor> (<cores it may use now> cores)' or 'gpu <model>', for rows and tables."""
    if device.platform != "cpu":
        return f"gpu {device.device_kind}"
    return f"cpu {_processor()} ({cores()} cores)"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            info = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines())
        fields = {key.strip(): value.strip() for key, value in info.items()}
        name, family, model = (fields.get(k, "") for k in ("model name", "cpu family", "model"))
        return f"{name} family {family} model {model}" if family else name or platform.machine()
    except (OSError, ValueError):
        return platform.processor() or platform.machine()
