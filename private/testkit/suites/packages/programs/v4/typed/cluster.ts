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

// @ts-expect-error no such event
first?.to("room").emit("old");
// @ts-expect-error what it remembers is a text
admin.sockets.get("id")?.data.user.toFixed();
