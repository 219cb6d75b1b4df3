"""One change to facts of many drafts: looked at, applied and undone as one.

`asking` says what is asked for, `planning` what that does to which facts, and
`applying` writes it and takes it back. Drafts are planned, stored and traced as those
of an import are: what the public reads never changes in place.
"""
