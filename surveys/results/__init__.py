"""Results of a round: who answered, and the tallies of each question.

`counting` counts, `tallies` words a question's counts, `disclosure` hides from the
public what would tell of few respondents, `tables` lays all out for a download.
"""
