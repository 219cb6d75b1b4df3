"""Questionnaires as files: `definitions` reads and checks them, `loading` brings them
into the database, `xlsforms` writes them as forms; `relevance` reads the conditions
under which questions are asked."""
