"""``index.html`` holds or links every table there is."""

from pathlib import Path

import pytest

from bench.tables.html import apart, index_html
from bench.tables.markdown import safe

RESULTS = Path(__file__).resolve().parents[2] / "results" / "paper"


def test_the_committed_index_reaches_every_page_and_file():
    index = (RESULTS / "index.html").read_text()
    pages = sorted(path.name for path in RESULTS.glob("*.md"))
    assert {"speed.md", "generated_vs_real.md", "e2e_table3_babi_10k.md"} <= set(pages)
    for name in pages:
        assert f'href="{name}"' in index, name
    figures = {path.stem for path in RESULTS.glob("*.png")}
    for name in figures:  # also of those pages that the index links alone
        assert f"({name}.png)" in (RESULTS / f"{name}.md").read_text()
    inside = [name for name in figures if f'<section id="{name}">' in index]
    assert {"e2e_table1_babi_1k", "ablation_hops"} <= set(inside)
    for name in inside:
        assert f'href="#{name}"' in index
        for path in RESULTS.glob(f"{name}*.csv"):
            assert f'href="{path.name}"' in index


@pytest.mark.parametrize("title", ["Speed [GENERATED data]", "a_b <c> & *d* | `e`"])
def test_a_page_apart_is_linked_by_its_own_title_and_loud_lines(title):
    page = f"# {safe(title)}\n\n> **{safe('LOUD: ' + title)}**\n\ntext\n"
    found = apart("my page.md", page)
    assert (found.title, found.notices) == (title, (f"LOUD: {title}",))
    index = index_html([], [found])
    assert 'href="my%20page.md"' in index and "<c>" not in index
    assert index.count("GENERATED data") == 2 * title.count("GENERATED")
