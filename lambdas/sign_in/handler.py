"""The authorization server: authorize, consent, callback, token, revoke."""

from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.messages import Endpoint
from wpp_mcp.runtime import Runtime
from wpp_mcp.sign_in.answering import say_error
from wpp_mcp.sign_in.authorize import Authorization
from wpp_mcp.sign_in.callback import Callback
from wpp_mcp.sign_in.parts import Parts
from wpp_mcp.sign_in.tokens import Tokens


def create(runtime: Runtime) -> HttpFunction:
    parts = Parts(runtime)
    authorization, tokens = Authorization(parts), Tokens(parts)
    endpoints: dict[str, Endpoint] = {
        "GET /oauth/authorize": authorization.visit,
        "POST /oauth/consent": authorization.decide,
        "GET /oauth/callback": Callback(parts),
        "POST /oauth/token": tokens.issue,
        "POST /oauth/revoke": tokens.revoke,
    }
    return HttpFunction(runtime, Function.SIGN_IN, endpoints, errors=say_error)


handler = LambdaEntry(create)
