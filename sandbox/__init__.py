"""The product in one process: API gateway, AWS in memory, Google's APIs emulated.

For developers, tests and the demo. Nothing of the product imports this package.
"""
