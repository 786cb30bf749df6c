"""What watches the product from beside it: the health probe, and findings told to OMA."""
