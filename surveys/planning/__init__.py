"""From statements to a plan: the drafts that an import would leave behind.

`planner.plan_import` ties it together: `earlier` tells which submissions came before
and what they wrote then, `drafts` loads what statements go into, and `fitness` asks the
rules of forms and of the database. `mechanisms` goes through the statements about one
mechanism and takes down what they change (`plans`): `facts` finds, adds and takes out
facts, `weighing` holds one value against another, `differing` says what becomes of one
that differs, in the words of `labels`. Nothing here writes: `applying` stores the
drafts.
"""
