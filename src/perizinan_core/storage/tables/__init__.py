"""
Tables of a plugin's own in the office's database: how their columns, names and transactions are written.

A plugin registers its tables (`perizinan_core.hooks.TablesEntry`), describes them for SQLAlchemy with
`plugin_metadata` and `table_name`, and works on them through `perizinan_core.Office.tables`. See
``docs/how-to/keep-own-tables.md``.
"""

from perizinan_core.storage._sql._table_access import PluginTables
from perizinan_core.storage._sql._tables import UtcDateTime, plugin_metadata
from perizinan_core.storage._table_sets import table_name

__all__ = ["PluginTables", "UtcDateTime", "plugin_metadata", "table_name"]
