"""The words of the 20 tasks, as the readers know them.

On purpose a list of their own: a reader that took its words from whoever wrote the stories could
not notice a story that uses a wrong one.
"""

from bench.datasets.babi.readers.reader import any_of

HOUSEHOLD = ("john", "mary", "sandra", "daniel")
GIVERS = ("mary", "fred", "bill", "jeff")
TOWNSPEOPLE = ("bill", "fred", "julie", "mary")

PRONOUN = {"john": "he", "daniel": "he", "mary": "she", "sandra": "she"}

HOUSE = ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
TOWN = ("bedroom", "cinema", "kitchen", "office", "park", "school")

OBJECTS = ("apple", "football", "milk")

MOVED = any_of("went", "went back", "journeyed", "travelled", "moved") + " to the"
GOT = any_of("picked up", "got", "grabbed", "took") + " the"
DROPPED = any_of("left", "discarded", "dropped", "put down") + " the"
GAVE = any_of("passed", "gave", "handed") + " the"
AFTERWARDS = any_of("after that", "afterwards", "following that", "then")
