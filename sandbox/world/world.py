"""The sandbox world: everything there is, made from a seed."""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sandbox.world import roster
from sandbox.world.build import Builder
from sandbox.world.changes import AppliedMutate
from sandbox.world.furnish import Furnisher
from sandbox.world.people import Agency, Client, Grant, User
from sandbox.world.records import AdsAccount
from sandbox.world.sitemaps import SubmittedSitemaps

DEFAULT_SEED: Final = 20_260_728
MONTHS_OF_DATA: Final = 24
_TOKEN: Final = "sandbox-google-token-"  # noqa: S105  (obviously fake, and meant to be)
_EXPIRED: Final = "sandbox-google-expired-"
_APPROVED_BEFORE: Final = timedelta(days=30)
_APPROVED_FOR: Final = timedelta(days=90)
_IDS_PER_ACCOUNT: Final = 1_000_000


class World:
    """Agencies, clients, people and Google accounts.

    Parameters
    ----------
    seed
        The same seed gives the same names, ids and numbers.
    start
        The moment, aware, on which the world begins: grants run from and expire relative to it,
        and paused campaigns stopped before it.

    Attributes
    ----------
    accounts
        Google Ads accounts by customer id, the manager account among them.
    users
        People by their sandbox key.
    has_ended
        Whether a token that Google's token endpoint has issued is over.
    scopes_of
        What a token that Google's token endpoint has issued allows; ``None`` for one that was
        never consented to, which allows everything.
    lock
        Held by whoever writes to the world, or reads several things that belong together.
    mutates
        Every write of Google Ads that changed something, the oldest first.
    sitemaps
        What was submitted to and deleted from Search Console.
    """

    def __init__(self, seed: int = DEFAULT_SEED, *, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("naive datetime: pass an aware one")
        self.seed = seed
        self.start = start
        self.agencies: Mapping[str, Agency] = {a.agency_id: a for a in roster.AGENCIES}
        self.clients: Mapping[str, Client] = {c.client_id: c for c in roster.CLIENTS}
        self.users: Mapping[str, User] = {u.key: u for u in roster.USERS}
        self.accounts: dict[str, AdsAccount] = {}
        self.has_ended: Callable[[str], bool] = lambda _: False
        self.scopes_of: Callable[[str], frozenset[str] | None] = lambda _: None
        self.lock = threading.RLock()
        self.mutates: list[AppliedMutate] = []
        self.sitemaps = SubmittedSitemaps()
        self._by_email = {u.email: u for u in roster.USERS}
        self._roots = self._access_roots()
        self._build_accounts()
        self.grants: tuple[Grant, ...] = tuple(self._build_grants())

    @property
    def manager_account(self) -> AdsAccount:
        """The one manager account, above all others."""
        return self.accounts[roster.MANAGER_ACCOUNT]

    @property
    def client_accounts(self) -> tuple[AdsAccount, ...]:
        """All accounts but the manager account, by customer id."""
        return tuple(
            self.accounts[key] for key in sorted(self.accounts) if key != roster.MANAGER_ACCOUNT
        )

    def user(self, email: str) -> User | None:
        """Return the person with this e-mail address."""
        return self._by_email.get(email)

    def access_roots(self, email: str) -> frozenset[str]:
        """Return the accounts to which Google gives a user access directly."""
        return self._roots.get(email, frozenset())

    def visible_customers(self, email: str) -> frozenset[str]:
        """Return all accounts that Google shows to a user, directly or from above."""
        roots = self.access_roots(email)
        return frozenset(self.accounts) if roster.MANAGER_ACCOUNT in roots else roots

    def login_customer_id(self, email: str, customer_id: str) -> str | None:
        """Return the account that a user must log in with to reach another, if there is one."""
        roots = self.access_roots(email)
        if customer_id in roots:
            return customer_id
        if roster.MANAGER_ACCOUNT in roots and customer_id in self.accounts:
            return roster.MANAGER_ACCOUNT
        return None

    def grants_of(self, email: str) -> tuple[Grant, ...]:
        """Return the approved accounts of a user."""
        return tuple(grant for grant in self.grants if grant.user == email)

    def google_token(self, role: str) -> str:
        """Return the fake Google token of a person, by sandbox key."""
        return f"{_TOKEN}{self.users[role].key}"

    def google_user(self, token: str) -> str | None:
        """Return whose Google token this is; none for one that Google would not take."""
        key = token.removeprefix(_TOKEN).partition("~")[0]
        user = self.users.get(key) if token.startswith(_TOKEN) else None
        return user.email if user else None

    def is_expired_token(self, token: str) -> bool:
        """Whether Google would call this token expired."""
        return token.startswith(_EXPIRED) or self.has_ended(token)

    @staticmethod
    def first_day(today: date) -> date:
        """Return the first day that has data, 24 months before the day given."""
        # A 29 February has no namesake two years before.
        day = min(today.day, 28) if today.month == 2 else today.day
        return date(today.year - MONTHS_OF_DATA // 12, today.month, day)

    def describe(self) -> dict[str, Any]:
        """Return who and what there is, ready for JSON; it holds no tokens."""
        return {
            "seed": self.seed,
            "start": self.start.isoformat(),
            "agencies": [{"id": a.agency_id, "name": a.name} for a in self.agencies.values()],
            "clients": [_client(client) for client in self.clients.values()],
            "accounts": [_account(self.accounts[key]) for key in sorted(self.accounts)],
            "users": [self._person(user) for user in self.users.values()],
        }

    def _person(self, user: User) -> dict[str, Any]:
        return {
            "key": user.key,
            "employeeId": user.employee_id,
            "email": user.email,
            "name": user.name,
            "role": user.role,
            "agency": user.agency,
            "manager": user.manager,
            "status": user.status,
            "visible": sorted(self.visible_customers(user.email)),
            "granted": [_grant(grant) for grant in self.grants_of(user.email)],
        }

    def _access_roots(self) -> dict[str, frozenset[str]]:
        south = frozenset(
            plan.customer_id
            for plan in roster.ACCOUNTS
            if self.clients[plan.client].agency == "south"
        )
        everything = frozenset({roster.MANAGER_ACCOUNT})
        roots = {self.users[key].email: south for key in roster.SOUTH_ACCOUNTS_DIRECTLY}
        roots |= {
            self.users[key].email: everything for key in roster.EVERYTHING_BELOW_MANAGER_ACCOUNT
        }
        return roots

    def _build_accounts(self) -> None:
        manager = AdsAccount(
            roster.MANAGER_ACCOUNT, "Agencies", "USD", "America/New_York", manager=True
        )
        self.accounts[manager.customer_id] = manager
        for number, plan in enumerate(roster.ACCOUNTS, start=1):
            account = AdsAccount(
                customer_id=plan.customer_id,
                name=plan.name,
                currency=plan.currency,
                time_zone=plan.time_zone,
                client=plan.client,
                agency=self.clients[plan.client].agency,
            )
            base = number * _IDS_PER_ACCOUNT
            Builder(account, plan.content, self.seed, base, self.start.date()).build()
            Furnisher(
                account,
                self.clients[plan.client].domain,
                unit=plan.content.unit,
                today=self.start.date(),
            ).complete(plan.content.product, campaign_to_come=plan.customer_id in roster.LAUNCHES)
            self.accounts[account.customer_id] = account

    def _build_grants(self) -> Iterable[Grant]:
        for key, customer_ids in roster.GRANTED.items():
            user = self.users[key]
            for customer_id in customer_ids:
                account = self.accounts[customer_id]
                login = self.login_customer_id(user.email, customer_id)
                yield self._grant(
                    user, account.client, ("Google Ads", customer_id, account.name), login
                )
            for client_id in roster.GRANTED_CLIENTS[key]:
                client = self.clients[client_id]
                site = client.search_console_sites[0]
                yield self._grant(
                    user, client_id, ("Analytics", client.analytics_property, client.name)
                )
                yield self._grant(user, client_id, ("GSC", site, client.domain))

    def _grant(
        self, user: User, client: str, account: tuple[str, str, str], login: str | None = None
    ) -> Grant:
        approved_at = self.start - _APPROVED_BEFORE
        api, account_id, name = account
        return Grant(
            user=user.email,
            api=api,
            account_id=account_id,
            login_customer_id=login,
            account_name=name,
            client=client,
            agency=self.clients[client].agency,
            approved_by=user.manager,
            approved_at=approved_at,
            expires_at=approved_at + _APPROVED_FOR,
        )


def _client(client: Client) -> dict[str, Any]:
    return {
        "id": client.client_id,
        "name": client.name,
        "agency": client.agency,
        "domain": client.domain,
        "searchConsoleSites": list(client.search_console_sites),
        "analyticsProperty": client.analytics_property,
    }


def _account(account: AdsAccount) -> dict[str, Any]:
    return {
        "customerId": account.customer_id,
        "name": account.name,
        "currency": account.currency,
        "timeZone": account.time_zone,
        "client": account.client,
        "agency": account.agency,
        "manager": account.manager,
        "campaigns": len(account.campaigns),
    }


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "api": grant.api,
        "accountId": grant.account_id,
        "loginCustomerId": grant.login_customer_id,
        "approvedBy": grant.approved_by,
        "approvedAt": grant.approved_at.isoformat(),
        "expiresAt": grant.expires_at.isoformat(),
    }
