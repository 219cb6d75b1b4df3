"""From an export to what it says: submissions, statements and problems.

`submissions.normalise` ties it together: `columns` finds the column of each question,
`cells` and `answers` say what a cell means, `respondents` who answered, `stating` what
that says of which mechanism. Nothing here compares with the registry or writes to it.
"""
