"""The simulated world of W14 (5.2, Appendix A): actors, objects, rooms, and questions on them.

simulator.py  what happens and what is asked, from random bits; the choices the paper leaves
wording.py    the grammar of statements, questions and spoken answers
settings.py   difficulties and kinds of the paper's tables
text.py       the files' format
files.py      where they are made, and their SHA-256
dataset.py    what the spine sees of it
answers.py    the same of the setting whose answers are sentences
unseen.py     the same of stories whose names training has not read
"""

from bench.core.dataset import DataSet
from bench.datasets.world.answers import Answers
from bench.datasets.world.dataset import World
from bench.datasets.world.unseen import Unseen

DATASETS: tuple[DataSet, ...] = (World(), *map(World, (100, 500, 1000)), Answers(), Unseen())
