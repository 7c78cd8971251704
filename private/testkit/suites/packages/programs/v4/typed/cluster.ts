// A program of 4.x that works across namespaces, rooms and servers.
import { type Namespace, type RemoteSocket, Server, type Socket } from "socket.io";

interface Client {
  join: (room: string) => void;
}

interface Events {
  news: (text: string) => void;
  pick: (choices: string[], done: (choice: number) => void) => void;
}

interface BetweenServers {
  load: (percent: number) => void;
  health: (depth: number, done: (state: string) => void) => void;
}

interface Data {
  user: string;
}

const io = new Server<Client, Events, BetweenServers, Data>(3000);

async function manage(): Promise<string[]> {
  const sockets = await io.in("room").fetchSockets();
  for (const socket of sockets) {
    const user: string = socket.data.user;
    console.log(user, socket.id, socket.handshake.headers.host, socket.rooms.size, [...socket.rooms].length);
    socket.emit("news", "hello");
    socket.timeout(100).emit("pick", ["a"], (error) => console.log(error?.message));
    socket.join("other");
    socket.join(["more", "rooms"]);
    socket.leave("other");
    socket.disconnect(user === "");
  }
  io.socketsJoin("all");
  io.in("room").socketsJoin(["a", "b"]);
  io.to("room").socketsLeave("a");
  io.of("/admin").in("room").disconnectSockets(true);
  io.local.disconnectSockets();
  const local: RemoteSocket<Events, Data>[] = await io.local.fetchSockets();
  return local.map(({ id }) => id);
}

io.of(/^\/game-\d+$/).on("connection", (socket) => {
  const { nsp } = socket;
  nsp.emit("news", nsp.name);
  nsp.to("room").emit("news", "x");
});
io.of((name, auth, next) => next(null, name.startsWith("/shop-") && auth.token === "secret")).use((socket, next) => {
  socket.data.user = socket.nsp.name;
  next();
});
const admin: Namespace<Client, Events, BetweenServers, Data> = io.of("/admin", (socket) => console.log(socket.id));
const first: Socket<Client, Events, BetweenServers, Data> | undefined = admin.sockets.get("id");
io.on("new_namespace", (made) => console.log(made.name, made.sockets.size));
io.sockets.emit("news", "x");
console.log(first?.nsp.name, first?.id, [...admin.sockets.keys()], manage());

async function talkToServers(): Promise<string> {
  io.serverSideEmit("load", 3);
  io.of("/admin").serverSideEmit("load", 4);
  io.serverSideEmit("health", 1, (error, states) =>
    console.log(
      error?.message,
      states.map((state) => state.length),
    ),
  );
  const states: string[] = await io.serverSideEmitWithAck("health", 2);
  return states.join();
}
io.on("load", (percent) => console.log(percent.toFixed()));
io.on("health", (depth, done) => done(depth > 0 ? "fine" : "ill"));
io.of("/admin").on("load", (percent) => console.log(percent.toFixed()));

async function look(): Promise<number> {
  const ids: Set<string> = await io.allSockets();
  const members: Set<string> = await io.in("room").allSockets();
  const { adapter } = io.of("/");
  adapter.on("create-room", (room) => console.log(room.length));
  adapter.on("join-room", (room: string, id: string) => console.log(room, id));
  const rooms: Map<string, Set<string>> = adapter.rooms;
  const sids: Map<string, Set<string>> = adapter.sids;
  const inRoom: Set<string> | undefined = rooms.get("room");
  const found: Set<string> = await adapter.sockets(new Set(["room"]));
  const servers: number = await adapter.serverCount();
  return ids.size + members.size + sids.size + (inRoom?.size ?? 0) + found.size + servers;
}
io.on("connection", (socket) => {
  const rooms: Set<string> = socket.rooms;
  console.log(rooms.has(socket.id), socket.nsp.server === io, socket.nsp.adapter.nsp.name);
});
console.log(talkToServers(), look());

// @ts-expect-error servers send no such event
io.serverSideEmit("loud", 3);
// @ts-expect-error a number where a number belongs, not a text
io.serverSideEmit("load", "3");
// @ts-expect-error nobody answers it
void io.serverSideEmitWithAck("load", 3);
// @ts-expect-error no such event
first?.to("room").emit("old");
// @ts-expect-error what it remembers is a text
admin.sockets.get("id")?.data.user.toFixed();
