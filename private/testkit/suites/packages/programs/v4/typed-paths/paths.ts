// A program of 4.x that imports types from files of the package, as editors propose it where paths are not restricted.

import { Server } from "socket.io";
import type { BroadcastOperator, RemoteSocket } from "socket.io/dist/broadcast-operator";
import type { Client } from "socket.io/dist/client";
import { type ExtendedError, Namespace, type NamespaceReservedEventsMap } from "socket.io/dist/namespace";
import { ParentNamespace } from "socket.io/dist/parent-namespace";
import { type Event, Socket } from "socket.io/dist/socket";
import type { DisconnectReason, Handshake, SocketReservedEventsMap } from "socket.io/dist/socket-types";
import type {
  DecorateAcknowledgements,
  DecorateAcknowledgementsWithMultipleResponses,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  ReservedOrUserEventNames,
  ReservedOrUserListener,
} from "socket.io/dist/typed-events";

interface Events extends EventsMap {
  pick: (choices: string[], done: (choice: number) => void) => void;
}

interface Own {
  pick: (choices: string[], done: (choice: number) => void) => void;
  tick: () => void;
}

const io: Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any> = new Server();
const operator: BroadcastOperator<DecorateAcknowledgementsWithMultipleResponses<DefaultEventsMap>, any> = io.to("a");
const namespace: Namespace<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any> = io.of("/a");
const names: EventNames<Own>[] = ["pick", "tick"];
const params: EventParams<Own, "pick"> = [["a"], (choice) => console.log(choice.toFixed())];
const late: Parameters<DecorateAcknowledgements<Own>["pick"]> = [["a"], (error, choice) => console.log(error, choice)];
const known: ReservedOrUserEventNames<SocketReservedEventsMap, Own> = "disconnect";
const listener: ReservedOrUserListener<SocketReservedEventsMap, Own, "disconnect"> = (reason: DisconnectReason) =>
  console.log(reason);
const connected: NamespaceReservedEventsMap<Own, Own, Own, any>["connection"] = (socket) => console.log(socket.id);
const found: Promise<RemoteSocket<DefaultEventsMap, any>[]> = io.fetchSockets();
const typed: Server<Events> = new Server<Events>();

function middleware(socket: Socket, next: (error?: ExtendedError) => void): void {
  const handshake: Handshake = socket.handshake;
  const client: Client<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap> = socket.client;
  console.log(handshake.time, client.conn.transport.name);
  socket.use((event: Event, proceed) => (event[0] === "a" ? proceed() : next(new Error())));
}

io.use(middleware);
typed.emit("tick");
operator.emit("a", 1);
console.log(namespace instanceof ParentNamespace, namespace instanceof Namespace, Socket.name);
console.log(found, names, params, late, known, listener, connected);
