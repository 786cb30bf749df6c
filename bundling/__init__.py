"""The build: layers and function packages for AWS Lambda, without Docker.

``python -m bundling --arch arm64`` writes ``build/arm64``. The same input gives the same bytes.
"""
