"""The domain of wpp-mcp: governed access of AI assistants to Google marketing accounts.

Nothing is imported here, so that a function loads only the layers that it uses.
"""

__version__ = "0.1.0"
