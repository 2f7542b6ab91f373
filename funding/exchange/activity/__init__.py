from funding.exchange.activity.importing import ActivityReport, import_activity
from funding.exchange.activity.reading import RefusedRow
from funding.exchange.activity.source_file import UnusableFile

__all__ = ["ActivityReport", "RefusedRow", "UnusableFile", "import_activity"]
