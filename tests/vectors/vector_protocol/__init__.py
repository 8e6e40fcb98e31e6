"""
Reading and running the vectors, for any verifier: Python alone is needed, and nothing of this project.

``derive`` makes the files that a case stands for, ``running`` calls a verifier and reads its answer.
"""
