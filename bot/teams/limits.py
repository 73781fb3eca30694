"""What Teams demands of a card and of an answer (platforms.md §3.4): numbers and nothing else."""

from __future__ import annotations

CARD_VERSION = "1.5"  # the newest version that Teams shows everywhere

# Teams refuses messages over 100 KB and mentions 28 KB for cards; ours stay below both.
PAYLOAD_BYTES = 25_000

# Code points per text, tried in turn until a card fits.
TEXTS = (6_500, 4_000, 1_500, 600, 250, 100, 40)
READABLE = 600  # code points: before texts get shorter, what is folded goes behind its button
SHOWN = 600  # code points of one text: a quarter more, and the rest goes behind もっと見る
FACT_COLUMNS = 8  # half-width characters of a label beside its value, on a phone
SUMMARY = 150  # code points: the line in a notification
FALLBACK = 1_000  # code points: what a client without this card version shows
NOTHING = "…"  # stands where words must be and there are none
LABEL = 200  # code points: label of an input, title of a choice
BUTTON = 40  # code points: a longer title does not fit a phone
ROW_COLUMNS = 44  # half-width characters of buttons in a row of a phone 390 px wide, rendered
DIALOG_TITLE = 64  # code points: what fits above a dialog on a phone
PREVIEW = 120  # code points: the text under a search result
RESULTS_BYTES = 90_000  # all results of a search together
PRIMARY_ACTIONS = 6  # more buttons go behind ･･･

INVOKE_SECONDS = 4.0  # Teams gives up after 5 s; the rest is for the way back
REPEATS_SECONDS = 30.0  # how long the client may send a press again
SEND_SECONDS = 30.0  # platforms.md §4: one POST per attempt, then the ledger decides
KEYS_RELOAD_SECONDS = 300.0  # an unknown key id reloads the keys at most this often
TOKEN_SPARE_SECONDS = 300.0  # a token is renewed this long before it ends
