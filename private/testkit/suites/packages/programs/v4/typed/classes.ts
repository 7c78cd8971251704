// A program of 4.x that extends the server, passes its parts around by their types, and knows nothing of event maps.
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import {
  type BroadcastOperator,
  type DefaultEventsMap,
  type DisconnectReason,
  Namespace,
  type RemoteSocket,
  Server,
  type ServerOptions,
  Socket,
} from "socket.io";

interface Events {
  news: (text: string) => void;
  ask: (question: string, done: (answer: string) => void) => void;
}

interface Session {
  user: string;
  visits: number;
}

class Chat extends Server<Events, Events, DefaultEventsMap, Session> {
  readonly started = Date.now();

  constructor(port: number, options?: Partial<ServerOptions>) {
    super(port, { ...options, pingInterval: 1000 });
  }

  tell(text: string): boolean {
    return this.emit("news", text);
  }
}

class Gateway {
  server!: Server;
  readonly sockets = new Map<string, Socket>();

  afterInit(server: Server): void {
    this.server = server;
  }

  handleConnection(client: Socket, ...args: unknown[]): void {
    this.sockets.set(client.id, client);
    client.data.user = args[0];
    client.emit("welcome", client.id, { rooms: [...client.rooms] });
    this.server.to(client.id).emit("private", 1, "two", [3]);
  }

  handleDisconnect(client: Socket): void {
    this.sockets.delete(client.id);
  }
}

abstract class Adapter<S extends Server = Server, C extends Socket = Socket, O extends object = ServerOptions> {
  abstract create(port: number, options?: O): S;

  bindClientConnect(server: S, callback: (socket: C) => void): void {
    server.on("connection", callback as (socket: Socket) => void);
  }

  bindClientDisconnect(client: C, callback: (reason: DisconnectReason) => void): void {
    client.on("disconnect", callback);
  }
}

class OwnAdapter extends Adapter {
  create(port: number, options?: ServerOptions & { namespace?: string; server?: Server }): Server {
    const server = new Server(port, options);
    return options?.namespace ? (server.of(options.namespace) as unknown as Server) : server;
  }
}

const chat = new Chat(3000);
chat.tell("hello");
chat.on("connection", (socket) => console.log(socket.data.visits.toFixed(), socket.data.user.length));
const gateway = new Gateway();
gateway.afterInit(new OwnAdapter().create(3001));
gateway.server.on("connection", (socket: Socket) => gateway.handleConnection(socket, "first"));
gateway.server.use((socket: Socket, next) => (socket.handshake.auth.ok ? next() : next(new Error("no"))));

const anything: Server<any, any, any, any> = chat;
const loose: Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any> = new Server();
const server: Server = new Server(createServer());
const later: Server | undefined = loose;
const namespace: Namespace = later.of("/news");
const operator: BroadcastOperator<DefaultEventsMap, any> = server.to("room");
const members: Promise<RemoteSocket<DefaultEventsMap, any>[]> = namespace.in("room").fetchSockets();
const emitters: EventEmitter[] = [];

function remember(socket: Socket): socket is Socket & EventEmitter {
  return socket instanceof Socket && socket instanceof EventEmitter;
}

function addHandlers(io: Server, socket: Socket): void {
  const save = async (payload: { id: number }, done: (answer: { ok: boolean }) => void): Promise<void> => {
    done({ ok: payload.id > 0 });
    io.emit("saved", payload);
  };
  socket.on("save", save);
  socket.once("save", save);
  socket.off("save", save);
  socket.removeListener("save", save);
  socket.removeAllListeners("save");
  socket.on("anything", (first: string, second: number, ...rest: unknown[]) => console.log(first, second, rest));
  socket.emit("reply", { ok: true }, (answer: { text: string }) => console.log(answer.text));
  socket.send("text").write("more");
  socket.timeout(5).emit("reply", (error: any, answer: string) => console.log(error, answer));
  if (remember(socket)) emitters.push(socket);
  if (socket.nsp instanceof Namespace) console.log(socket.nsp.name, socket.listenerCount("save"));
}

async function list(): Promise<string[]> {
  const [first] = await members;
  const answer: string = await server
    .timeout(1)
    .emitWithAck("anything", 1)
    .then((answers) => answers[0]);
  const data: Session["user"] = first?.data.user;
  return [answer, data, ...(first ? [...first.rooms, first.id, first.handshake.address] : [])];
}

type Data = Chat extends Server<infer _L, infer _E, infer _S, infer D> ? D : never;
const data: Data = { user: "Ada", visits: 1 };
type Peer = Parameters<Parameters<Chat["use"]>[0]>[0];
const show = (peer: Peer): string => peer.data.user;
function count<L extends DefaultEventsMap>(io: Server<L>): number {
  return io.of("/").sockets.size + io.sockets.sockets.size;
}

server.on("connection", (socket) => addHandlers(server, socket));
operator.emit("x", 1);
console.log(anything.path(), list(), data, show, count(server));
const known: Session = chat.sockets.sockets.get("x")?.data ?? data;
// @ts-expect-error there is no such field
known.name;
// @ts-expect-error there is no such event
chat.emit("old", "text");
