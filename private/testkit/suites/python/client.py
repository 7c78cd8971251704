# Clients of python-socketio (asyncio, aiohttp) that do what a test orders and report what they hear.
# Place in the flow: tests -> lines -> **python-socketio client** -> the server under test
# Rules: an order "open" makes a client with a number of its own, so one process serves many tests; an event "echo" is
#        answered with its own arguments, any other event with nothing.
import asyncio

import socketio

from lines import obey, report

clients = {}


def listen(client, number, namespace):
    """Reports whatever happens in a namespace."""

    async def on_connect():
        report("connect", client=number, namespace=namespace)

    async def on_refusal(*data):
        report("connect_error", client=number, namespace=namespace, data=data)

    async def on_disconnect(*reason):
        report("disconnect", client=number, namespace=namespace)

    async def on_event(event, *args):
        report("event", client=number, namespace=namespace, event=event, args=args)
        return args if event == "echo" else None

    client.on("connect", on_connect, namespace=namespace)
    client.on("connect_error", on_refusal, namespace=namespace)
    client.on("disconnect", on_disconnect, namespace=namespace)
    client.on("*", on_event, namespace=namespace)


async def open_client(client, url, transports, namespaces, auth, reconnection):
    """Makes a client and connects it; the namespaces report by themselves."""
    made = socketio.AsyncClient(
        reconnection=reconnection, reconnection_delay=0.05, reconnection_delay_max=0.1, handle_sigint=False
    )
    clients[client] = made
    for namespace in namespaces:
        listen(made, client, namespace)
    await made.connect(url, transports=transports, namespaces=namespaces, auth=auth, wait=False)


async def emit(client, namespace, event, args):
    """Sends an event; a tuple is what this package takes for several arguments."""
    await clients[client].emit(event, tuple(args), namespace=namespace)


async def call(client, namespace, event, args):
    """Sends an event and gives the arguments of the answer."""
    answer = asyncio.get_running_loop().create_future()
    await clients[client].emit(
        event, tuple(args), namespace=namespace, callback=lambda *values: answer.set_result(values)
    )
    return await answer


async def transport(client):
    """The name of the transport in use."""
    return clients[client].transport()


async def disconnect(client):
    """Leaves all namespaces and the server."""
    await clients[client].disconnect()


orders = {"open": open_client, "emit": emit, "call": call, "transport": transport, "disconnect": disconnect}

if __name__ == "__main__":
    asyncio.run(obey(orders))
