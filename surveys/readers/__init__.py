"""Readers of survey exports, one file per tool.

`read(content, name)` takes the bytes of a file, recognises by its content which tool
wrote it, and returns an `Export`; it raises FileRefused with a reason that its owner
understands. The name only appears in messages.
"""
