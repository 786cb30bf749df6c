"""What the synthesised templates cost a month, for a load: ``make cost`` (docs/cost.md).

Fixed prices follow from the resources in the templates; what depends on use follows from `load`.
Every type of resource is either priced or named as free: a new one stops the report.
"""
