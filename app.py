"""The CDK app: every stack of one environment, in the order in which they are deployed.

``cdk deploy -c env=dev --all``; ``make synth`` for all three environments without an account.
"""

from stacks.synthesis import assembled

if __name__ == "__main__":
    assembled()
