"""Small generated sets for the tests of this folder."""

import pytest
from data_helpers import small_generated_sets

from bench.datasets import sources
from bench.datasets.babi.simulator import release


@pytest.fixture(scope="session")
def manifests(tmp_path_factory):
    """The folder of the small sets' manifest, which is written once."""
    return tmp_path_factory.mktemp("manifests")


@pytest.fixture
def small(manifests, monkeypatch, tmp_path):
    """Small default sets, and no other data; counts the simulator's calls."""
    small_generated_sets(manifests, monkeypatch)
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sources, "REPO_DATA", tmp_path / "repo")
    calls, real = [], release.task_files

    def counted(task, **settings):
        calls.append((task, settings))
        return real(task, **settings)

    monkeypatch.setattr(release, "task_files", counted)
    return calls
