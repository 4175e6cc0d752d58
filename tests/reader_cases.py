"""Stories for the symbolic readers, worked out by hand: what is told, asked and read."""

# ruff: noqa: E501


def said(text):
    """Statements as the parser gives them: one for each full stop."""
    return [tuple(s.lower().split()) for s in text.split(".") if s.strip()]


def asked(text):
    return tuple(text.lower().split())


SIX_PAST = "Mary got the milk there. Mary went to the office. Mary left the milk. "
CARRIED = (
    "Mary moved to the office. Mary took the apple. Mary went to the garden. "
    "Mary went back to the kitchen. Mary travelled to the garden. Mary journeyed to the hallway. "
)
FEARS = (
    "Wolves are afraid of mice. Gertrude is a wolf. Mice are afraid of sheep. Emily is a mouse. "
)
KINDS = "Lily is a swan. Brian is a swan. Brian is white. Greg is a swan. Greg is green. "
SIZES = (
    "The box is bigger than the chest. The chocolate fits inside the chest. "
    "The suitcase fits inside the chest. The box is bigger than the chocolate. "
)

READ = [
    # task, story, question, answer, 0-based supporting statements
    (1, "John went to the office. Mary moved to the garden. John went back to the kitchen.",
     "Where is John", "kitchen", (2,)),
    (1, "John went to the office. Mary moved to the garden.", "Where is John", "office", (0,)),
    # put down: the place of the one who put it down, then; what that person does later is no matter
    (2, SIX_PAST + "Mary moved to the garden.", "Where is the milk", "office", (2, 1)),
    (2, SIX_PAST + "Mary took the milk there. Mary moved to the garden.",
     "Where is the milk", "garden", (3, 4)),
    (2, "John went to the office. John took the milk there. John put down the milk there.",
     "Where is the milk", "office", (2, 0)),
    # carried on by someone else
    (2, SIX_PAST + "John grabbed the milk there. Mary moved to the garden. John moved to the kitchen.",
     "Where is the milk", "kitchen", (3, 5)),
    # the garden is visited twice: its last visit counts
    (3, CARRIED, "Where was the apple before the garden", "kitchen", (1, 4, 3)),
    (3, CARRIED, "Where was the apple before the hallway", "garden", (1, 5, 4)),
    (3, CARRIED, "Where was the apple before the kitchen", "garden", (1, 3, 2)),
    # put down: moves after it do not count, though they pass the same place
    (3, CARRIED + "Mary discarded the apple there. Mary went to the office. Mary went to the kitchen.",
     "Where was the apple before the kitchen", "garden", (6, 3, 2)),
    # a new carrier: the old one's way does not count
    (3, CARRIED + "Mary dropped the apple. John got the apple there. John moved to the office. "
     "John moved to the garden.", "Where was the apple before the garden", "office", (7, 9, 8)),
    (4, "The hallway is east of the bathroom. The bedroom is west of the bathroom.",
     "What is the bathroom east of", "bedroom", (1,)),
    (4, "The hallway is east of the bathroom. The bedroom is west of the bathroom.",
     "What is east of the bathroom", "hallway", (0,)),
    (4, "The office is north of the kitchen. The garden is north of the office.",
     "What is the garden north of", "office", (1,)),
    (4, "The office is north of the kitchen. The garden is north of the office.",
     "What is south of the office", "kitchen", (0,)),
    (5, "Fred got the milk there. Fred gave the milk to Jeff. Jeff passed the milk to Bill.",
     "Who gave the milk", "jeff", (2,)),
    (5, "Fred got the milk there. Fred gave the milk to Jeff. Jeff passed the milk to Bill.",
     "Who received the milk", "bill", (2,)),
    (5, "Fred got the milk there. Fred gave the milk to Jeff. Jeff passed the milk to Bill.",
     "Who gave the milk to Jeff", "fred", (1,)),
    (5, "Fred got the milk there. Fred gave the milk to Jeff. Jeff passed the milk to Bill.",
     "Who did Fred give the milk to", "jeff", (1,)),
    (5, "Fred got the milk there. Fred got the apple there. Fred gave the milk to Jeff. "
     "Fred handed the apple to Jeff. Jeff left the milk there.",
     "What did Fred give to Jeff", "apple", (3,)),
    (6, "John moved to the office. John got the milk there. Mary went to the garden.",
     "Is John in the office", "yes", (0,)),
    (6, "John moved to the office. John moved to the garden.", "Is John in the office", "no", (1,)),
    (7, "Mary got the milk there. Mary took the apple there.",
     "How many objects is Mary carrying", "two", (0, 1)),
    (7, "Mary got the milk there. Mary gave the milk to John. John took the apple there.",
     "How many objects is Mary carrying", "none", (0, 1)),
    (7, "Mary got the milk there. Mary gave the milk to John. John took the apple there. "
     "John went to the office. John got the football there.",
     "How many objects is John carrying", "three", (1, 2, 4)),
    (7, "Mary got the milk there. Mary took the apple there. Mary dropped the milk.",
     "How many objects is Mary carrying", "one", (0, 1, 2)),
    # a re-taken object keeps its first rank, and facts are grouped by object
    (8, "Mary got the milk there. Mary got the apple there. Mary left the milk. "
     "Mary took the milk there.", "What is Mary carrying", "milk,apple", (0, 2, 3, 1)),
    (8, "Mary got the milk there. John got the apple there. Mary left the milk.",
     "What is Mary carrying", "nothing", (0, 2)),
    (8, "Mary got the milk there. Mary dropped the milk. John took the milk there. "
     "Mary got the football there.", "What is Mary carrying", "football", (0, 1, 3)),
    (9, "John is in the office. John is no longer in the office.", "Is John in the office", "no", (1,)),
    (9, "John is not in the office. John went to the office.", "Is John in the office", "yes", (1,)),
    (9, "John is in the office. Mary is not in the office.", "Is John in the garden", "no", (0,)),
    (10, "Fred is either in the park or the school.", "Is Fred in the school", "maybe", (0,)),
    (10, "Fred is either in the park or the school.", "Is Fred in the park", "maybe", (0,)),
    (10, "Fred is either in the park or the school.", "Is Fred in the cinema", "no", (0,)),
    (10, "Fred is either in the park or the park.", "Is Fred in the park", "maybe", (0,)),
    (10, "Fred is either in the park or the school. Fred is in the park.",
     "Is Fred in the park", "yes", (1,)),
    (11, "John went to the office. Then he moved to the garden. Mary went to the hallway. "
     "Afterwards she went back to the kitchen.", "Where is John", "garden", (0, 1)),
    (11, "John went to the office. Then he moved to the garden. John went to the hallway. "
     "After that he went back to the kitchen.", "Where is John", "kitchen", (2, 3)),
    (12, "John and Mary went to the office. Mary and Sandra moved to the garden.",
     "Where is John", "office", (0,)),
    (12, "John and Mary went to the office. Mary and Sandra moved to the garden.",
     "Where is Mary", "garden", (1,)),
    (13, "John and Mary went to the office. Following that they moved to the garden. "
     "Mary and Sandra moved to the hallway. Then they went back to the kitchen.",
     "Where is John", "garden", (0, 1)),
    (13, "John and Mary went to the office. Following that they moved to the garden. "
     "Mary and Sandra moved to the hallway. Then they went back to the kitchen.",
     "Where is Mary", "kitchen", (2, 3)),
    # told out of order; the school is visited twice
    (14, "Fred went to the school this evening. Yesterday Fred went to the school. "
     "This morning Fred moved to the park. Fred moved to the office this afternoon.",
     "Where was Fred before the school", "office", (0, 3)),
    (14, "This morning Fred moved to the park. Julie went to the park yesterday. "
     "Yesterday Fred went to the school.", "Where was Fred before the park", "school", (0, 2)),
    (15, FEARS, "What is gertrude afraid of", "mouse", (1, 0)),
    (15, FEARS, "What is emily afraid of", "sheep", (3, 2)),
    # Brian is white and Greg green: of the two swans, Greg was told last
    (16, KINDS, "What color is Lily", "green", (0, 3, 4)),
    (16, "Greg is a swan. Brian is a swan. Brian is white. Lily is a swan. Greg is green.",
     "What color is Lily", "white", (3, 1, 2)),
    (17, "The red square is below the blue square. The red square is to the left of the triangle.",
     "Is the triangle below the blue square", "yes", (1, 0)),
    (17, "The red square is below the blue square. The red square is to the left of the triangle.",
     "Is the blue square to the right of the triangle", "no", (0, 1)),
    # in one line, neither is above or below
    (17, "The pink rectangle is to the left of the triangle. The triangle is to the left of the red sphere.",
     "Is the pink rectangle above the red sphere", "no", (0, 1)),
    (17, "The pink rectangle is to the left of the triangle. The triangle is to the left of the red sphere.",
     "Is the red sphere below the pink rectangle", "no", (1, 0)),
    (17, "The pink rectangle is to the left of the triangle. The triangle is to the left of the red sphere.",
     "Is the red sphere to the right of the pink rectangle", "yes", (1, 0)),
    (19, "The garden is west of the bathroom. The bedroom is north of the hallway. "
     "The office is south of the hallway. The bathroom is north of the bedroom. "
     "The kitchen is east of the bedroom.",
     "How do you go from the bathroom to the hallway", "s,s", (3, 1)),
    (19, "The garden is west of the bathroom. The bathroom is north of the bedroom.",
     "How do you go from the garden to the bedroom", "e,s", (0, 1)),
    (20, "Sumit is bored. Yann is tired.", "Where will sumit go", "garden", (0,)),
    (20, "Sumit is hungry. Yann is thirsty. Yann went to the kitchen.",
     "Why did yann go to the kitchen", "thirsty", (1,)),
    (20, "Yann is tired. Yann went to the bedroom. Yann took the pajamas there.",
     "Why did yann get the pajamas", "tired", (0,)),
]  # fmt: skip
