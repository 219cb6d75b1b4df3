"""From an export to what it says: submissions, statements and problems.

`submissions.normalise` ties it together: `columns` finds the column of each question,
`cells` and `answers` say what a cell means, `rows` give each row its own again (`files`
holds them all), `asking` and `respondents` who answered, `following` which submissions
are kept and may speak, `stating` what that says of which mechanism, `required` what
they left open. Nothing here compares with the registry or writes to it.
"""
