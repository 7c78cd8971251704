# A server of python-socketio (asyncio, aiohttp) that does what a test orders and reports what it hears.
# Place in the flow: the client under test -> **python-socketio server** -> lines -> tests
# Rules: it knows the namespaces / and /admin; the token "wrong" is refused; an event "echo" is answered with its own
#        arguments, any other event with nothing. Its arguments: port, ping interval and ping timeout in seconds.
import asyncio
import sys

import socketio
from aiohttp import web

from lines import obey, report

NAMESPACES = ("/", "/admin")


def listen(server, namespace):
    """Reports whatever happens in a namespace."""

    async def on_connect(sid, environ, auth=None):
        if isinstance(auth, dict) and auth.get("token") == "wrong":
            raise socketio.exceptions.ConnectionRefusedError("wrong token", {"retry": False})
        report("connect", namespace=namespace, sid=sid, auth=auth)

    async def on_disconnect(sid, *reason):
        report("disconnect", namespace=namespace, sid=sid)

    async def on_event(event, sid, *args):
        report("event", namespace=namespace, sid=sid, event=event, args=args)
        return args if event == "echo" else None

    server.on("connect", on_connect, namespace=namespace)
    server.on("disconnect", on_disconnect, namespace=namespace)
    server.on("*", on_event, namespace=namespace)


async def main(port, ping_interval, ping_timeout):
    """Serves until stdin ends; the first report names the port."""
    server = socketio.AsyncServer(
        async_mode="aiohttp", ping_interval=float(ping_interval), ping_timeout=float(ping_timeout)
    )
    for namespace in NAMESPACES:
        listen(server, namespace)

    async def emit(namespace, to, event, args):
        await server.emit(event, tuple(args), to=to, namespace=namespace)

    async def call(namespace, to, event, args):
        answer = asyncio.get_running_loop().create_future()
        await server.emit(
            event, tuple(args), to=to, namespace=namespace, callback=lambda *values: answer.set_result(values)
        )
        return await answer

    async def enter(namespace, sid, room):
        result = server.enter_room(sid, room, namespace=namespace)
        if asyncio.iscoroutine(result):  # since 5.11
            await result

    async def disconnect(namespace, sid):
        await server.disconnect(sid, namespace=namespace)

    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(port), shutdown_timeout=0.1)
    await site.start()
    report("listening", port=runner.addresses[0][1])
    await obey({"emit": emit, "call": call, "enter": enter, "disconnect": disconnect})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
