from funding.exchange.activity.importing import ActivityReport, import_activity
from segur.exchange.rows import RefusedRow
from segur.exchange.source_file import UnusableFile

__all__ = ["ActivityReport", "RefusedRow", "UnusableFile", "import_activity"]
