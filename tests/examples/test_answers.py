"""An answer of several words is one answer word of its own (S15 4)."""

from bench.examples.encode import encode
from bench.examples.stories import Question, Story

STORY = Story(
    (("ram", "rasoi", "ghar", "gaya"), ("sita", "daftar", "gayi")),
    (
        Question(("ram", "kahan", "hai"), "rasoi ghar", (0,), 2, 3),
        Question(("sita", "kahan", "hai"), "daftar", (1,), 2, 4),
        Question(("kaun", "hai"), "ram,sita", (0, 1), 2, 5),
    ),
)


def test_combinations_are_words_of_the_answers_alone():
    encoded = encode([(1, [STORY])], [(1, [STORY])], memory_size=5, holdout=0.3)
    stated = ("", "daftar", "gaya", "gayi", "ghar", "ram", "rasoi", "sita")
    assert encoded.vocabulary == (*stated, "hai", "kahan", "kaun", "ram,sita", "rasoi ghar")
    assert encoded.statement_words == len(stated)
    answers = [encoded.vocabulary[index] for index in encoded.test.answer]
    assert answers == ["rasoi ghar", "daftar", "ram,sita"]
    assert [encoded.vocabulary[index] for index in encoded.answers] == [
        "daftar", "ram,sita", "rasoi ghar",
    ]  # fmt: skip
