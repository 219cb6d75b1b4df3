"""The registry's lists as files: CSV, XLSX and JSON of exactly what a list holds."""
