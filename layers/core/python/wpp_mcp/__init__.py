"""The domain of wpp-mcp: governed access of AI assistants to Google marketing accounts.

Nothing is imported here, so that a function loads only the layers that it uses.
"""

__version__ = "0.1.0"


def version_of(build: str) -> str:
    """Return the version, with the build as SemVer's metadata: ``0.1.0+4be01c77a9d2``."""
    return f"{__version__}+{build}" if build else __version__
