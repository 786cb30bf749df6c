"""Which sitemaps people submitted and deleted; what was there before is computed, not kept."""

from datetime import datetime


class SubmittedSitemaps:
    """Submissions and deletions, by client and the sitemap's address."""

    def __init__(self) -> None:
        self._submitted: dict[tuple[str, str], datetime] = {}
        self._deleted: set[tuple[str, str]] = set()

    def submit(self, client_id: str, path: str, at: datetime) -> None:
        """Take a sitemap in, or in again; the moment is aware UTC."""
        self._submitted[client_id, path] = at
        self._deleted.discard((client_id, path))

    def delete(self, client_id: str, path: str) -> None:
        """Forget a sitemap."""
        self._submitted.pop((client_id, path), None)
        self._deleted.add((client_id, path))

    def submitted(self, client_id: str) -> dict[str, datetime]:
        """Return when each sitemap was submitted."""
        return {path: at for (client, path), at in self._submitted.items() if client == client_id}

    def deleted(self, client_id: str) -> frozenset[str]:
        """Return the sitemaps that were deleted, and not submitted since."""
        return frozenset(path for client, path in self._deleted if client == client_id)
