"""Which data serves where some can't be had."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bench.core import finding, registry
from bench.core.dataset import AtHand, Wish
from bench.core.errors import BenchError, NoData


class Data:
    """A data set that is there, or can be generated where that is allowed."""

    def __init__(self, name: str, there: bool, own: bool = False, compares: bool = False):
        self.name, self.there, self.own, self.compares = name, there, own, compares
        self.units = ("1", name)

    def find(self, units, wish: Wish):
        assert units and set(units) <= set(self.units)
        if not self.there and not wish.allow_generated:
            raise NoData(f"{self.name} was not found")
        kind = "real" if self.there else "generated"
        return SimpleNamespace(root="/somewhere", at_hand=AtHand(kind, {}))


@pytest.mark.parametrize(
    ("sets", "kinds"),
    [
        ([Data("a", False), Data("w", True, own=True), Data("b", False)],
         dict(a="generated", w="real", b="generated")),
        ([Data("w", True, own=True), Data("a", False)], dict(w="real", a="generated")),
        ([Data("a", True), Data("w", True, own=True), Data("b", False)],
         dict(a="real", w="real")),
        ([Data("a", True), Data("b", True)], dict(a="real", b="real")),
    ],
)  # fmt: skip
def test_generated_data_serves_unless_what_could_be_lacking_is_real(
    monkeypatch, capsys, sets, kinds
):
    monkeypatch.setattr(registry, "datasets", lambda: {one.name: one for one in sets})
    wanted = [SimpleNamespace(datasets=(one.name,), units=("1",)) for one in sets]
    found = finding.find(wanted, Wish(allow_generated=True))
    assert {name: one.at_hand.kind for name, one in found.items()} == kinds
    told = capsys.readouterr().err
    assert [f"left out: {one.name} was not found" in told for one in sets] == [
        one.name not in kinds for one in sets
    ]
    assert finding.folder_name("laptop", found) == (
        "laptop-generated" if "generated" in kinds.values() else "laptop"
    )


@pytest.mark.parametrize("there", [True, False])
def test_what_sets_real_against_generated_data_is_left_out_whole_without_real(
    monkeypatch, capsys, there
):
    sets = {"a": Data("a", there), "crossed": Data("crossed", there, compares=True)}
    monkeypatch.setattr(registry, "datasets", lambda: sets)
    experiments = [SimpleNamespace(id=name, dataset_of=lambda c: c) for name in ("plain", "both")]
    wanted = [
        finding.Wanted(experiments[0], ("a",), ("1",)),
        finding.Wanted(experiments[1], ("a", "crossed"), ("1",)),
    ]
    found = finding.find(wanted, Wish(allow_generated=True))
    left = [one.experiment.id for one in finding.left(wanted, found)]
    assert left == (["plain", "both"] if there else ["plain"])
    assert ("both is left out" in capsys.readouterr().err) == (not there)


@pytest.mark.parametrize(
    ("units", "there"), [(("a", "b"), "ab"), (("b",), "b"), (("1", "b"), "ab")]
)
def test_a_data_set_is_asked_for_its_own_units_and_not_at_all_for_others(monkeypatch, units, there):
    sets = {name: Data(name, True) for name in "ab"}
    monkeypatch.setattr(registry, "datasets", lambda: sets)
    experiment = SimpleNamespace(id="two", dataset_of=lambda c: c)
    wanted = [finding.Wanted(experiment, ("a", "b"), units)]
    found = finding.find(wanted, Wish())
    assert "".join(found) == there
    assert [c for one in finding.left(wanted, found) for c in one.columns] == list(there)


def test_a_column_whose_data_has_none_of_the_units_is_left_out_beside_another_experiment(
    monkeypatch,
):
    """Whose data is found for the other's sake."""
    sets = {name: Data(name, True) for name in "ab"}
    monkeypatch.setattr(registry, "datasets", lambda: sets)
    two = SimpleNamespace(id="two", dataset_of=lambda c: c)
    wanted = [finding.Wanted(two, ("a", "b"), ("b",)), finding.Wanted(two, ("a",), ("a",))]
    found = finding.find(wanted, Wish())
    assert set(found) == {"a", "b"}
    assert [list(one.columns) for one in finding.left(wanted, found)] == [["b"], ["a"]]


def test_generated_data_may_be_asked_for_beside_comparisons_and_not_for_them_alone(monkeypatch):
    sets = {"a": Data("a", True), "c": Data("c", True, compares=True)}
    monkeypatch.setattr(registry, "datasets", lambda: sets)
    plain = finding.Wanted(SimpleNamespace(id="plain", dataset_of=lambda c: c), ("a",), ("1",))
    compared = finding.Wanted(SimpleNamespace(id="both", dataset_of=lambda c: c), ("c",), ("1",))
    assert "a" in finding.find([plain, compared], Wish(generated=True))
    with pytest.raises(BenchError, match="--generated: both sets real against generated"):
        finding.find([compared], Wish(generated=True))


def test_where_no_column_has_a_unit_it_is_said(monkeypatch):
    sets = {name: Data(name, True) for name in "ab"}
    monkeypatch.setattr(registry, "datasets", lambda: sets)
    experiment = SimpleNamespace(id="two", dataset_of=lambda c: c)
    with pytest.raises(BenchError, match="two: the data of the columns that are run has none of b"):
        finding.find([finding.Wanted(experiment, ("a",), ("b",))], Wish())
    assert finding.find([], Wish()) == {}
