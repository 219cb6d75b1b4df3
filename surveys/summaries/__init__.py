"""'Summary of Findings' sheets: texts about one mechanism, in five sections.

file ─files→ Paragraph ─reading→ Sheet ─finding→ Found ─drafting→ draft, Suggestion
"""
