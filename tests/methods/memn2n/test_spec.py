"""Columns of MemN2N: what is refused, by name."""

from __future__ import annotations

import dataclasses

import pytest
import tiny_data

from bench.core.errors import BenchError
from bench.methods.memn2n.spec import Readings, memn2n, readings

FULL = memn2n(
    id="full", title="everything on", tying="layerwise", nonlinearity="relu",
    linear_start=True, linear_start_epochs=20, linear_start_rate=0.005, time_noise=0.1,
)  # fmt: skip


@pytest.mark.parametrize(
    "fields, named",
    [
        (dict(hop=2), "'hop'"),
        (dict(Dim=20), "'Dim'"),
        (dict(method="memn2n"), "'method'"),
        (dict(dim=0), "'dim'"),
        (dict(hops=-1), "'hops'"),
        (dict(memory_size=0), "'memory_size'"),
        (dict(epochs=0), "'epochs'"),
        (dict(halve_every=0), "'halve_every'"),
        (dict(batch=0), "'batch'"),
        (dict(restarts=0), "'restarts'"),
        (dict(rate=0.0), "'rate'"),
        (dict(rate=float("nan")), "'rate'"),
        (dict(clip=-1.0), "'clip'"),
        (dict(init_std=0.0), "'init_std'"),
        (dict(holdout=0.0), "'holdout'"),
        (dict(holdout=1.0), "'holdout'"),
        (dict(time_noise=1.0), "'time_noise'"),
        (dict(time_noise=-0.1), "'time_noise'"),
        (dict(hops=10**9), "'hops' must be at most 100"),
        (dict(dim=10**8), "'dim' must be at most 4096"),
        (dict(memory_size=10**6), "'memory_size' must be at most 1000"),
        (dict(encoding="bag"), "'encoding'"),
        (dict(tying="both"), "'tying'"),
        (dict(nonlinearity="tanh"), "'nonlinearity'"),
        (dict(selection="test"), "'selection'"),
        # types
        (dict(dim=20.0), "'dim'"),
        (dict(dim=True), "'dim'"),
        (dict(dim="20"), "'dim'"),
        (dict(rate="0.01"), "'rate'"),
        (dict(rate=None), "'rate'"),
        (dict(rate=True), "'rate'"),
        (dict(rate=float("nan")), "'rate' must be finite"),
        (dict(clip=float("inf")), "'clip' must be finite"),
        (dict(linear_start=1), "'linear_start'"),
        (dict(joint="yes"), "'joint'"),
        (dict(title=3), "'title'"),
        (dict(readings={"clip_norm": "frobenius"}), "'readings'"),
        # contradictions
        (dict(linear_start=True, linear_start_rate=0.005), "'linear_start_epochs'"),
        (dict(linear_start=True, linear_start_epochs=20), "'linear_start_rate'"),
        (dict(linear_start_epochs=20), "'linear_start_epochs'"),
        (dict(linear_start_rate=0.005), "'linear_start_rate'"),
        (dict(linear_start_rate=-0.005), "'linear_start_rate'"),
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_by_name(fields, named):
    with pytest.raises(BenchError) as caught:
        memn2n(**dict(id="x7", title="t") | fields)
    assert named in str(caught.value) and "x7" in str(caught.value)


def test_a_misspelt_field_is_met_with_the_near_one():
    with pytest.raises(BenchError, match="'linear_star'.*did you mean 'linear_start'"):
        memn2n(id="x", title="t", linear_star=True)
    with pytest.raises(BenchError, match="'clip_nrm'.*did you mean 'clip_norm'"):
        readings(clip_nrm="frobenius")
    with pytest.raises(BenchError, match="'title' is missing"):
        memn2n(id="x")


@pytest.mark.parametrize("field", dataclasses.fields(Readings), ids=lambda f: f.name)
def test_a_reading_takes_its_options_and_nothing_else(field):
    for option in field.metadata["options"]:
        assert getattr(readings(**{field.name: option}), field.name) == option
    for bad in ("neither", "", None, 1):
        with pytest.raises(BenchError, match=f"'{field.name}'"):
            readings(**{field.name: bad})


def test_defaults_are_the_released_readings_but_for_the_clipping_norm():
    values = dataclasses.asdict(Readings())
    assert values.pop("clip_norm") == "frobenius"
    assert set(values.values()) <= {"released", "together"}


@pytest.mark.parametrize(
    "name, idle, used",
    [
        ("position_encoding", dict(encoding="bow"), dict(encoding="pe")),
        ("time_scale", dict(encoding="bow"), dict(encoding="pe")),
        ("time_noise", dict(time_noise=0.0), dict(time_noise=0.1)),
        ("linear_start_end", {}, dict(linear_start=True)),
        ("null_columns", dict(tying="adjacent"), dict(tying="layerwise")),
        ("question_padding", dict(tying="adjacent"), dict(tying="untied")),
        (
            "question_padding",
            dict(tying="layerwise", readings=dict(null_columns="paper")),
            dict(tying="layerwise"),
        ),
        (
            "question_padding",
            dict(tying="layerwise", readings=dict(position_encoding="paper")),
            dict(tying="layerwise", encoding="bow"),
        ),
    ],
)  # fmt: skip
def test_a_reading_without_effect_is_refused(name, idle, used):
    """Two columns that train alike must not differ in their ids."""
    other = next(f for f in dataclasses.fields(Readings) if f.name == name).metadata["options"][1]
    assert getattr(tiny_data.column({name: other}, **used).readings, name) == other
    idle = dict(idle)
    with pytest.raises(BenchError, match=f"'{name}'"):
        tiny_data.column({name: other} | idle.pop("readings", {}), **idle)


def test_specs_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.dim = 3


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        (dict(state_map=False), "state_map"),
        (dict(state_map=False, tying="untied"), "state_map"),
        (dict(temporal=False, time_noise=0.1), "time_noise"),
        (dict(temporal=False, encoding="pe", readings=Readings(time_scale="paper")), "time_scale"),
    ],
    ids=str,
)
def test_variants_that_contradict_each_other_are_refused(fields, named):
    with pytest.raises(BenchError, match=f"'{named}'"):
        memn2n(id="x", title="x", **fields)
