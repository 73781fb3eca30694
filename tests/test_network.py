"""The guard of conftest.py: a test that leaves this machine fails, whatever library it uses."""

import asyncio
import socket

import pytest


def test_a_connection_to_another_machine_is_refused(attempts_outside: list[str]) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("192.0.2.1", 9))
    assert attempts_outside
    attempts_outside.clear()


def test_a_name_of_the_outside_is_not_even_looked_up(attempts_outside: list[str]) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.getaddrinfo("example.org", 443)
    assert attempts_outside
    attempts_outside.clear()


async def test_asyncio_is_refused_too(attempts_outside: list[str]) -> None:
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("192.0.2.1", 9)
    assert attempts_outside
    attempts_outside.clear()


async def test_this_machine_may_be_reached() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()
