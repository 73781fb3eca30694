"""Slack's limits as constants, so that a payload fails in a test and never on digest day.

Lengths are UTF-16 units, the stricter reading of Slack's "characters". Source: Slack's Block Kit
reference (docs.slack.dev/reference/block-kit); "own" marks numbers that we chose below Slack's.
"""

from __future__ import annotations

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
FALLBACK = 4_000  # own: Slack cuts at 40,000
ALL_TEXT = 10_000  # own: Slack answers msg_blocks_too_long from an unpublished sum on
TEXT = 3_000  # one text object
HEADER = 150
LABEL = 2_000
HINT = 2_000
INPUT = 3_000  # initial value and max_length of a text input
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
URL = 3_000
ACTIONS = 25  # elements in one row
OVERFLOW = 5  # options behind ･･･
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100  # in a select, or in one group of a select
RADIOS = 4  # own: Slack takes 10, but more than four are read faster in a list
TICKS = 10
VIEW_TITLE = 24
SUBMIT = 24
METADATA = 3_000  # private_metadata of a view
BLOCK_ID = 255
ACTION_ID = 255

BODY = 1_048_576  # own: bytes of one request; Slack's are some ten kB
CLOCK_SKEW = 300  # seconds a signature stays valid, in both directions
TIMEOUT = 30  # seconds for one Web API call; the ledger's lease is built on it
SOCKET_HELLO = 10  # own: seconds in which a new connection has to say hello
SOCKET_PING = 10  # own: seconds between two pings; without an answer the connection is dead
SOCKET_LINGER = 15  # own: seconds in which a connection that Slack replaces may still deliver
SOCKET_HELD = 10  # own: seconds after which a connection counts as one that stood
SOCKET_PAUSE = 60  # own: the longest wait between two tries to connect, seconds
PATIENCE = 0.5  # own: seconds before a form that is not ready opens as 「確認しています」
SETTLES = 0.3  # own: seconds that Slack may take to put up the view of an ack
LINK = 2.0  # own: seconds for the link of a message that is shared; without it we build one
HISTORY_PAGE = 200  # messages in one page of conversations.history
