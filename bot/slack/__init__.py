"""The Slack front end: signed HTTP in, Block Kit out."""

from bot.slack.platform import SlackPlatform as SlackPlatform
