"""From statements to a plan: what an import would change, mechanism by mechanism.

`plans.compare` ties it together: `bases` loads the editions that statements are held
against, `earlier` what an earlier version of a submission wrote, `fitness` asks the
database's rules, `disputes` words alternative values. Nothing here writes.
"""
