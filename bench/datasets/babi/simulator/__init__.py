"""Simulates the 20 bAbI tasks: stories with the distributions of the released v1.2 files.

``release.task_files`` gives the files of a task. A task is one function from random bits to a
story; each module holds the tasks of one kind of world:

    moves.py     people and things in places (1, 2, 3, 5, 6, 7, 8)    world.py is that world
    reports.py   what is said of where people are (9, 10)
    pronouns.py  people who move on, alone or in pairs (11, 12, 13)
    times.py     moves told out of their order in time (14)
    layouts.py   things beside one another on a grid (4, 17, 19)
    kinds.py     animals and their properties (15, 16)
    sizes.py     things that fit in one another (18)
    motives.py   people with a motive (20)
"""
