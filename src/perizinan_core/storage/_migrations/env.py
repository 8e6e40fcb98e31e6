"""Run by Alembic: uses the connection, and with it the transaction, that `migrate` hands over."""

from alembic import context

from perizinan_core.storage._sql._revisions import REVISION_TABLE
from perizinan_core.storage._sql._tables import metadata, plugin_metadata
from perizinan_core.storage._table_sets import revision_table

plugin = context.config.attributes.get("plugin")
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata if plugin is None else plugin_metadata(),
    version_table=REVISION_TABLE if plugin is None else revision_table(plugin),
    render_as_batch=True,
    transactional_ddl=True,
    on_version_apply=context.config.attributes["on_version_apply"],
)
with context.begin_transaction():
    context.run_migrations()
