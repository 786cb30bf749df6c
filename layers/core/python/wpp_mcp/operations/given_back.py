"""What an operation has used up of the limits of 24 hours and did not do: given back.

It is counted with the intent (`Standing.spent`), before anybody knows whether Google does it. What
was counted follows from the plan and the moment of the intent, which are kept; it is given back in
the transaction that writes down the outcome, and so once.
"""

from decimal import Decimal

from wpp_mcp.operations.money import effects, total
from wpp_mcp.operations.outcomes import done_of
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.dynamo import Write
from wpp_mcp.storage.spending import Spending


def given_back(ended: OperationRecord) -> list[Write]:
    """Return the writes that give back what was not done; none while that is not known.

    An outcome stands whether they hold or not: what is not given back counts until its day is over.

    Parameters
    ----------
    ended
        With its outcome; of one that Google has refused there is none.
    """
    at, currency = ended.intent_at, ended.currency
    if at is None or currency is None or ended.account is None or ended.status is Status.UNKNOWN:
        return []
    done = effects(done_of(ended), currency)
    counted = effects(ended.changes, currency)
    kept = {one.key for one in done}
    void = [one.key for one in counted if one.remembered and one.key not in kept]
    rise = total(counted, currency).risen - total(done, currency).risen
    days = [
        Spending.account_key(ended.account, currency, at),
        Spending.user_key(ended.user_id, currency, at),
    ]
    return [
        *(Spending.take_rise(key, rise) for key in days if rise > Decimal(0)),
        *(Spending.void_move(key, at) for key in void),
    ]
