"""From statements to a plan: what an import would change, mechanism by mechanism.

`plans.compare` ties it together: `earlier` tells which submissions came before and what
they wrote then, `bases` loads the editions that statements are held against.
`mechanisms` goes through the statements about one mechanism:
`facts` finds or adds a fact, `weighing` holds one value against another by who may
state it (`authority`), `disputing` says what becomes of one that differs, `removing`
takes out what is no longer said, and `planning` takes it all down. `fitness` asks the
rules of forms and of the database, here and before `applying` writes; `disputes` words
alternative values. Nothing here writes.
"""
