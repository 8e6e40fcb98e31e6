"""
Records in SQLite and PostgreSQL, through SQLAlchemy Core.

`tables` (what is stored) ← `rows` (values to rows and back) ← one module for each repository ←
`unit_of_work` ← `store`. The model's classes are not mapped: they stay frozen values.
"""
