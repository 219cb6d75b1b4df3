"""The registry as readable CSV files: reading, checking, comparing and writing them.

`tables` says what the files hold, `reading` turns cells into values, `checking`
holds them against the rules of the models, `differences` sets them beside the
database, and `writing` brings what differs into it. Nothing is written before
everything was checked.
"""
