// A program of 4.x with middlewares of every kind, and what it reads of a handshake.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Event, type ExtendedError, type Namespace, Server, type Socket } from "socket.io";

declare module "node:http" {
  interface IncomingMessage {
    session?: { user: string };
  }
}

interface Refusal extends Error {
  data: { code: number };
}

const io = new Server(createServer());
type Next = (error?: ExtendedError) => void;

const authenticate = (socket: Socket, next: Next): void => {
  const token = socket.handshake.auth.token || socket.handshake.query.token;
  const cookie: string | undefined = socket.handshake.headers.cookie;
  const bearer = socket.handshake.headers.authorization?.split(" ")[1];
  if (token !== "secret" && cookie === undefined && bearer === undefined) {
    const error: ExtendedError = new Error("not authorized");
    error.data = { content: "please retry later" };
    next(error);
    return;
  }
  socket.data.user = token;
  next();
};
io.use(authenticate);
io.of("/admin").use(authenticate);

io.use(async (socket, next) => {
  try {
    await socket.join(socket.handshake.auth.room);
    next();
  } catch (error) {
    next(error as Refusal);
  }
});

const wrap = (middleware: (req: IncomingMessage, res: ServerResponse, next: Next) => void) => {
  return (socket: Socket, next: Next) => middleware(socket.request, {} as ServerResponse, next);
};
io.use(wrap((req, _res, next) => (req.session ? next() : next(new Error(req.url)))));

io.engine.use((req: IncomingMessage, res: ServerResponse, next: (error?: Error) => void) => {
  res.setHeader("x-served-by", req.headers.host ?? "nobody");
  next();
});

const log = ([name, ...args]: Event, next: (error?: Error) => void): void => {
  if (args[0]?.isBad) next(new Error("bad event"));
  else if (typeof args[args.length - 1] === "function") args[args.length - 1](name.length);
  next();
};

io.on("connection", (socket) => {
  socket.use(log);
  socket.use((event, next) => (event[0] === "join" && event[1].room ? next() : next(new Error("no"))));
  socket.onAny((event: string, ...args: any[]) => console.log(event.length, args[0]?.name));
  socket.onAny((event, ...args) => console.log(event, args.length));
  socket.prependAny((event: "join" | "leave") => console.log(event));
  socket.onAnyOutgoing((event, first) => console.log(event, first.name));
  socket.prependAnyOutgoing(() => {});
  socket.offAny();
  socket.offAnyOutgoing(socket.listenersAnyOutgoing()[0]);
  const { headers, time, address, xdomain, secure, issued, url, query, auth } = socket.handshake;
  const text: string = time + address + url + headers["user-agent"] + query.EIO + auth.any.thing;
  const moment: number = issued;
  const flags: boolean[] = [xdomain, secure, socket.connected, socket.disconnected, socket.recovered];
  const forwarded = headers["x-forwarded-for"];
  console.log(text, moment, flags, Array.isArray(forwarded) ? forwarded[0] : forwarded?.trim());
  const user: string | undefined = socket.request.session?.user;
  console.log(
    user,
    socket.request.socket.remoteAddress,
    socket.conn.remoteAddress,
    socket.client.conn.protocol,
    socket.id,
  );
});

function protect(namespace: Namespace, ...middlewares: ((socket: Socket, next: Next) => void)[]): void {
  for (const middleware of middlewares) namespace.use(middleware);
}
protect(io.of("/shop"), authenticate);

// @ts-expect-error a middleware hands on with an error or nothing
io.use((_socket, next) => next("no"));
// @ts-expect-error it wants a function
io.use("authenticate");
