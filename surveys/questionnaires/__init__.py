"""Questionnaires as files: `definitions` reads and checks them, `loading` brings them
into the database, `versions` makes the next one, `xlsforms` writes XLSForm."""
