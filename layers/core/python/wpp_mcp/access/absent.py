"""What a job reads of a person in whose name it goes on: they make no call, and may be gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wpp_mcp.access.recording import Subject
from wpp_mcp.access.services import Services
from wpp_mcp.models.time import day_of
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.directory import Directory, user_of
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policies

JOB: Final = "job"
"""The client of what a job does."""

_GONE: Final = "gone"
"""The role of somebody whom the directory does not know any more."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A person who is not there.

    Parameters
    ----------
    active
        The directory knows them, and has not disabled them.
    found
        What else was asked for and is there.
    """

    subject: Subject
    active: bool
    found: Mapping[Key, Item]


def read_absent(services: Services, user_id: str, agency: str, extra: Sequence[Key] = ()) -> Absent:
    """Read a person and the head of their audit chain of today, in one storage call.

    Parameters
    ----------
    agency
        For entries of somebody whom the directory does not know any more.

    Raises
    ------
    StorageError
        DynamoDB did not answer, or a record is damaged.
    """
    person_key = Directory.user_key(user_id)
    head_key = AuditLogs.head_key(user_id, day_of(services.runtime.clock()))
    found = services.dynamo.batch_get([person_key, head_key, *Policies.keys(), *extra])
    person = user_of(found[person_key]) if person_key in found else None
    subject = Subject(
        user_id=user_id,
        role=person.role.value if person else _GONE,
        agency=person.agency if person else agency,
        client_id=JOB,
        policy_version=Policies.of(found).version,
        head=found.get(head_key),
    )
    active = person is not None and person.active
    return Absent(subject, active, {key: found[key] for key in extra if key in found})
