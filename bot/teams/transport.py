"""The only door to botbuilder and botframework: verified activities in, plain JSON out.

The library is archived; platforms.md §3.2 lists the bugs that this file works around. Nothing
of its types leaves here, so that the Microsoft 365 Agents SDK can take its place.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from botbuilder.core import ActivityHandler, CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    AuthenticationConfiguration,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    ConnectorFactory,
    JwtTokenExtractor,
    ServiceClientCredentialsFactory,
    SkillValidation,
)

from bot.teams import compose
from bot.teams.activities import CHANNEL, EXECUTE, parsed, tenant
from bot.teams.cloud import Cloud, TeamsApp, trusted
from bot.teams.keys import Keys, NoKeys
from bot.teams.outgoing import Outgoing

Json = dict[str, Any]
Answer = tuple[int, Json | None]
Receive = Callable[[str, Json], Awaitable[Answer]]

_NOBODY = "urn:hitotsubu:no-such-issuer"  # the metadata address of issuers that we refuse

log = logging.getLogger(__name__)


class Transport(Outgoing):
    """Teams as a few calls. `receive(tenant, activity)` gets what is verified, at most once a call.

    What it returns is the HTTP answer; what it raises becomes a 500, so that Teams comes again.
    """

    def __init__(self, apps: Iterable[TeamsApp], receive: Receive, cloud: Cloud) -> None:
        super().__init__(apps, cloud)
        self._receive = receive
        self._keys = Keys(cloud.keys_url, self._connector.get_json)
        self._adapter = CloudAdapterBase(_authentication(self._apps, cloud))

    async def warm(self) -> None:
        """Fetches the signing keys before the first activity needs them; it may fail quietly."""
        try:
            await self._keys.get(None)
        except PermissionError:
            return

    async def handle(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """One POST of Teams: 400 no activity, 401 not signed for us, 403 not ours, 5xx come again.

        Whatever goes wrong before the verified activity reaches us is 401: the library answers
        500 to expired, unsigned or garbled tokens.
        """
        raw = parsed(body)
        if raw is None:
            return 400, {"error": "not an activity"}
        if raw.get("channelId") != CHANNEL or not trusted(raw.get("serviceUrl"), self._cloud):
            return 403, {"error": "not a Teams service"}
        turn = _Turn(self._receive, self._apps, raw)
        # The library keeps key stores by address in a class variable; ours go first.
        JwtTokenExtractor.metadataCache[self._cloud.keys_url] = self._keys
        JwtTokenExtractor.metadataCache[_NOBODY] = NoKeys()
        try:
            await self._adapter.process_activity(
                headers.get("Authorization", ""), _deserialised(raw), turn.on_turn
            )
        except Exception as error:
            if turn.started:
                raise
            log.warning("teams: refused an activity: %s", type(error).__name__)
            return 401, {"error": "not signed for this bot"}
        return turn.answer


class _Turn(ActivityHandler):  # type: ignore[misc]  # botbuilder ships no types
    """One turn of the bot: hands on the verified activity and keeps the answer to it."""

    def __init__(self, receive: Receive, apps: Mapping[str, TeamsApp], raw: Json) -> None:
        self._receive = receive
        self._apps = apps
        self._raw = raw
        self.started = False
        self.answer: Answer = (200, None)

    async def on_turn(self, turn_context: TurnContext) -> None:
        """Runs after the token was verified; only then the tenant of the activity counts."""
        self.started = True
        claims = turn_context.turn_state[CloudAdapterBase.BOT_IDENTITY_KEY].claims
        app = self._apps.get(tenant(self._raw))
        if app is None or app.app_id != str(claims.get("aud")).lower():
            self.answer = 403, {"error": "not a tenant of this bot"}
            return
        await super().on_turn(turn_context)

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Typed text, or an old client's Action.Submit."""
        await self._take()

    async def on_message_update_activity(self, turn_context: TurnContext) -> None:
        """A message was edited, or brought back."""
        await self._take()

    async def on_message_delete_activity(self, turn_context: TurnContext) -> None:
        """A message was deleted."""
        await self._take()

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """People or the bot came or went, or a room was renamed or archived."""
        await self._take()

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        """The bot was installed or removed."""
        await self._take()

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """A pressed button or the compose box; the answer travels in the response."""
        if turn_context.activity.name not in (EXECUTE, *compose.NAMES):
            self.answer = 501, None
            return InvokeResponse(status=501)
        await self._take()
        status, body = self.answer
        return InvokeResponse(status=status, body=body)

    async def _take(self) -> None:
        try:
            self.answer = await self._receive(tenant(self._raw), self._raw)
        except Exception as error:  # it must not look like a bad token, and Teams must come again
            log.error("teams: could not take an activity: %s", type(error).__name__)
            self.answer = 500, None


class _Apps(ServiceClientCredentialsFactory):  # type: ignore[misc]  # botbuilder ships no types
    """Says which app ids are ours. Sending does not go through the library, so no secrets here."""

    def __init__(self, apps: Mapping[str, TeamsApp]) -> None:
        self._apps = apps

    async def is_valid_app_id(self, app_id: str) -> bool:
        """True for a registered app."""
        return any(app.app_id == str(app_id).lower() for app in self._apps.values())

    async def is_authentication_disabled(self) -> bool:
        """Never: with an empty app id the library would accept anything."""
        return False

    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: object
    ) -> None:
        """None: the library sends nothing."""


class _Checks(BotFrameworkAuthentication):  # type: ignore[misc]  # botbuilder ships no types
    """The library's checks without the two HTTP clients that it makes for each turn (10 ms)."""

    def __init__(self, library: BotFrameworkAuthentication) -> None:
        self._library = library

    async def authenticate_request(
        self, activity: Activity, auth_header: str
    ) -> AuthenticateRequestResult:
        """Signature, issuer, audience, time and serviceUrl; raises when one does not fit."""
        result = await self._library.authenticate_request(activity, auth_header)
        result.connector_factory = _NoClient()
        return result

    async def authenticate_streaming_request(self, auth_header: str, channel_id: str) -> object:
        """Refuses: nothing comes by web socket."""
        raise PermissionError("no streaming")

    def create_connector_factory(self, claims_identity: object) -> ConnectorFactory:
        """A factory of no clients."""
        return _NoClient()

    async def create_user_token_client(self, claims_identity: object) -> None:
        """None: the bot signs nobody in."""


class _NoClient(ConnectorFactory):  # type: ignore[misc]  # botbuilder ships no types
    """Sending goes through `outgoing`, so a turn needs no client; the library wants something."""

    async def create(self, service_url: str, audience: str | None = None) -> _NoClient:
        """Itself: nothing that could send."""
        return self


def _authentication(apps: Mapping[str, TeamsApp], cloud: Cloud) -> _Checks:
    """The library's authentication for our apps and our cloud."""
    library = BotFrameworkAuthenticationFactory.create(
        validate_authority=True,
        to_channel_from_bot_login_url=cloud.login_url,
        to_channel_from_bot_oauth_scope=cloud.scope,
        to_bot_from_channel_token_issuer=cloud.issuer,
        oauth_url=cloud.issuer,
        to_bot_from_channel_open_id_metadata_url=cloud.keys_url,
        to_bot_from_emulator_open_id_metadata_url=_NOBODY,
        credential_factory=_Apps(apps),
        auth_configuration=AuthenticationConfiguration(
            required_endorsements=[CHANNEL], claims_validator=_check_claims
        ),
    )
    return _Checks(library)


async def _check_claims(found: list[Json]) -> None:
    """Refuses other bots' tokens, and tokens without an end, which the library would accept."""
    claims = found[0]
    if "exp" not in claims or SkillValidation.is_skill_claim(claims):
        raise PermissionError("not a token of the channel")


def _deserialised(raw: Json) -> Activity:
    """The library's view of the envelope; the content stays with us as it came."""
    names = ("type", "id", "name", "action", "channelId", "serviceUrl")
    plain = {name: raw[name] for name in names if isinstance(raw.get(name), str)}
    return Activity().deserialize(plain)
