"""What the three files are called."""

LABELS, PARAPHRASES = "labels.txt", "word_alignments.txt"
TUPLES = ("tuples.db", "tuples.txt")
"""Either of them."""
