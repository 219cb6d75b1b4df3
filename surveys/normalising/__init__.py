"""From an export to its submissions, statements and problems.

`submissions.normalise` takes these steps: `forms` loads the questions, `columns` finds
the columns of each, `cells` reads them by `answers` and `choices`, `files` gives each
row its own answers again, `respondents` finds who answered, `keeping` which submissions
are kept, and `following` lets the rules of the mapping (`stating`) turn answers into
statements. Nothing here compares with the registry or writes to it.
"""
