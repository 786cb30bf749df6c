"""What a person may do about an operation, and the sentence that says so or why not."""

from dataclasses import dataclass
from datetime import datetime

from wpp_mcp.models.caller import Caller, Role
from wpp_mcp.operations.people import Part
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.operations.verdicts import last_word, left_to_do
from wpp_mcp.operations.views import next_step, second_person, shown_status


@dataclass(frozen=True, slots=True)
class Choice:
    """What the viewer may do, and the sentence that says so or why not.

    Parameters
    ----------
    carry_out
        All who have to agree have done so: the same yes sets it going once more.
    """

    text: str
    approve: bool = False
    carry_out: bool = False
    reject: bool = False
    settle: bool = False


def choice_of(record: OperationRecord, part: Part, caller: Caller, now: datetime) -> Choice:
    """Return what a person may decide about an operation, and why no more than that."""
    status = shown_status(record, now)
    if status is Status.UNKNOWN and part is Part.SECOND:
        return _as_looker(record, caller)
    if status not in OPEN:
        return Choice(next_step(record, now))
    until = moment(record.expires_at) if record.expires_at else ""
    if part is Part.SECOND:
        return _as_second(record, caller, status, until)
    return _as_requester(record, status, until)


def _as_second(record: OperationRecord, caller: Caller, status: Status, until: str) -> Choice:
    asker = record.requester_name
    if status is Status.AWAITING_APPROVAL:
        text = (
            f"As {_role(caller)} you may decide. {asker} asked for it and cannot approve it alone."
        )
        then = (
            " If you approve, it is carried out at once."
            if record.account is None
            else f" If you approve, {asker} has 24 hours to carry it out."
        )
        return Choice(text + then, approve=True, reject=True)
    if record.risk is Risk.HIGH:
        word = last_word(record)
        who = word.by if word else "A second person"
        text = f"{who} approved it. {asker} can have it carried out until {until}."
        return Choice(text)
    text = f"Only {asker}, who asked for it, decides about this: its risk needs no second person."
    return Choice(text)


def _as_looker(record: OperationRecord, caller: Caller) -> Choice:
    text = (
        f"As {_role(caller)} you may say what became of it. Look into the account itself first:"
        " what you say ends the looking, and is told to those whom it concerns."
        f" {record.requester_name} asked for it and cannot say it alone."
    )
    return Choice(text, settle=True)


def _role(caller: Caller) -> str:
    return "an admin" if caller.role is Role.ADMIN else f"a manager of {caller.agency}"


def _as_requester(record: OperationRecord, status: Status, until: str) -> Choice:
    if status is Status.AWAITING_APPROVAL:
        text = (
            "You asked for this, so you cannot approve it. Show this page to"
            f" {second_person(record)}, who may decide until {until}. You can still reject it."
        )
        return Choice(text, reject=True)
    if left_to_do(record):
        text = (
            "Two admins have approved it, and it has not been carried out yet. You can have that"
            f" done until {until}, or still reject it."
        )
        return Choice(text, carry_out=True, reject=True)
    if record.consent is not None:
        text = (
            "You have approved it. Go back to your assistant and let it confirm the operation:"
            f" it can be carried out until {until}. You can still reject it."
        )
        return Choice(text, reject=True)
    if record.approval is not None:
        text = f"{record.approval.by} approved it. Approve it too, until {until}, if you still"
        return Choice(f"{text} want it.", approve=True, reject=True)
    text = "You asked for this. Nothing has been changed yet: it is yours to decide"
    return Choice(f"{text}, until {until}.", approve=True, reject=True)


def moment(at: datetime) -> str:
    """Return a moment as people read it."""
    return f"{at:%d %B %Y, %H:%M} UTC"
