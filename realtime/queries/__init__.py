from realtime.queries.notifications import COLUMNS, spoken, unread_count

__all__ = ["COLUMNS", "spoken", "unread_count"]
