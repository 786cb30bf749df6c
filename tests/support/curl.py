"""The part of curl that the samples use, so that they are tested where there is no curl.

What is not known here fails: a sample that needs more of curl needs it here too.
"""

import argparse
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Make one request, print what came, return curl's exit status."""
    parser = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
    for switch in ("--silent", "--show-error", "--get"):
        parser.add_argument(switch, action="store_true")
    parser.add_argument("--max-time", type=float, required=True)
    for value in ("--header", "--data", "--data-urlencode"):
        parser.add_argument(value, action="append", default=[])
    parser.add_argument("--write-out", default="")
    parser.add_argument("url")
    given = parser.parse_args(arguments)
    try:
        status, body = _sent(_request(given), given.max_time)
    except urllib.error.URLError as failure:
        print(f"curl: (7) {failure.reason}", file=sys.stderr)
        return 7
    after = given.write_out.replace("\\n", "\n").replace("%{http_code}", str(status))
    sys.stdout.write(body + after)
    return 0


def _request(given: argparse.Namespace) -> urllib.request.Request:
    pairs = [part.partition("=") for part in given.data_urlencode]
    data = given.data + [f"{name}={urllib.parse.quote(text, safe='')}" for name, _, text in pairs]
    lines = [line for header in given.header for line in _lines(header)]
    headers = dict(line.split(": ", 1) for line in lines)
    if given.get:
        return urllib.request.Request(
            "?".join([given.url, *filter(None, ["&".join(data)])]), None, headers
        )
    return urllib.request.Request(given.url, "&".join(data).encode() if data else None, headers)


def _lines(header: str) -> list[str]:
    return sys.stdin.read().splitlines() if header == "@-" else [header]


def _sent(request: urllib.request.Request, seconds: float) -> tuple[int, str]:
    # Without a proxy, whatever the environment says: the sandbox is on loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=seconds) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


if __name__ == "__main__":
    sys.exit(main())
