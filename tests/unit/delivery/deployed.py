"""An account with functions that were deployed several times, in memory."""

import io
import zipfile
from typing import Any, Final

from delivery.account import ALIAS, Account
from delivery.releases import record
from wpp_mcp.functions import Function

FIRST, SECOND = Function.HEALTH, Function.MCP_ENDPOINT
COMMITS: Final = {letter: letter * 40 for letter in "abcdef"}


def package(content: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("handler.py", content)
    return file.getvalue()


class Deployed:
    """Deploys, as CloudFormation and CodeDeploy do, into one account."""

    def __init__(self, account: Account, clients: dict[str, Any]) -> None:
        self.account = account
        self.clients = clients
        self._deployments = 0
        role = clients["iam"].create_role(RoleName="any", AssumeRolePolicyDocument="{}")
        for function in (FIRST, SECOND):
            clients["lambda"].create_function(
                FunctionName=account.name_of(function),
                Runtime="python3.13",
                Role=role["Role"]["Arn"],
                Handler="handler.handler",
                Code={"ZipFile": package("")},
            )

    def deploy(self, *functions: Function) -> None:
        """Publish a version of each function and lead its alias there."""
        self._deployments += 1
        client = self.clients["lambda"]
        for function in functions or (FIRST, SECOND):
            name = self.account.name_of(function)
            client.update_function_code(FunctionName=name, ZipFile=package(str(self._deployments)))
            version = client.publish_version(FunctionName=name)["Version"]
            alias = {"FunctionName": name, "Name": ALIAS, "FunctionVersion": version}
            try:
                client.update_alias(**alias)
            except client.exceptions.ResourceNotFoundException:
                client.create_alias(**alias)

    def released(self, letter: str, *functions: Function) -> None:
        """Deploy, and find it good."""
        self.deploy(*functions)
        record(self.account, release=COMMITS[letter], version=f"0.1.0+{letter}")

    def live(self) -> tuple[str, str]:
        """The versions that calls of both functions go to."""
        live = self.account.live()
        return live[FIRST].version, live[SECOND].version
