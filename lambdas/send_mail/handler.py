"""The queue of mails, to SES."""

from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.notifications.sending import MailSender

handler = LambdaEntry(MailSender)
