"""After a deployment: whether it answers, which release it is, the way back, and the tidying up.

``python -m delivery`` prints the commands. Each is one that a person types and a workflow runs.
"""
