"""What OMA's back end has to know, from the environment."""

import os


# region headers
def headers() -> dict[str, str]:
    """Return the headers of a call: the user's token, OMA's key, the user's Google token."""
    return {
        "Authorization": f"Bearer {os.environ['WPP_USER_TOKEN']}",
        "X-OMA-API-Key": os.environ["OMA_API_KEY"],
        "X-Google-Access-Token": os.environ["GOOGLE_ACCESS_TOKEN"],
    }


# endregion
