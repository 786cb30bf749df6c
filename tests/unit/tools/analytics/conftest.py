from tests.unit.support.analytics import analytics, running

__all__ = ["analytics", "running"]
