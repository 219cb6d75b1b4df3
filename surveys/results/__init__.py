"""Results of a round: who answered, and the tallies of each question.

`counting` gathers the results of a round, `tallies` counts the answers to a question,
`disclosure` decides which counts the public may see, `tables` writes downloads.
"""
