# How the Python peers talk with the tests that started them: orders come in, reports go out, a JSON object per line.
# Place in the flow: tests <-> stdin and stdout <-> **lines** <-> client.py, server.py
# Rules: bytes travel as {"$bytes": base64}; every order gets one reply; the process ends with its stdin, so that none
#        outlives the tests.
import asyncio
import base64
import json
import sys


def pack(value):
    """What JSON can say of a value; tuples become lists."""
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [pack(item) for item in value]
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    return value


def unpack(value):
    """The reverse of pack()."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if isinstance(value, dict):
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
        return {key: unpack(item) for key, item in value.items()}
    return value


def report(kind, **details):
    """Tells the tests that something happened."""
    print(json.dumps({"is": kind, **pack(details)}), flush=True)


async def obey(orders):
    """Carries out orders one beside the other, by the function that is named in "do", until stdin ends."""
    reader = asyncio.StreamReader(limit=2**26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running = set()
    while line := await reader.readline():
        task = asyncio.create_task(carry_out(orders, json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


async def carry_out(orders, order):
    """Replies with what the order gave, or with its error."""
    number = order.pop("number")
    try:
        value = await orders[order.pop("do")](**unpack(order))
        report("reply", number=number, value=value)
    except Exception as error:  # whatever it is, the test that gave the order is the one to be told
        report("reply", number=number, error=f"{type(error).__name__}: {error}")
