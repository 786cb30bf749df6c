"""How dangerous a write is."""

from enum import StrEnum


class Risk(StrEnum):
    """Who has to agree: nobody, the requester, or a second person too."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
