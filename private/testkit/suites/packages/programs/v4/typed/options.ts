// A program of 4.x that puts its options together step by step.
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Server, type ServerOptions } from "socket.io";

const options: Partial<ServerOptions> = {
  path: "/chat",
  serveClient: false,
  connectTimeout: 10_000,
  pingInterval: 1000,
  pingTimeout: 2000,
  upgradeTimeout: 3000,
  maxHttpBufferSize: 1e6,
  allowUpgrades: true,
  allowEIO3: true,
  transports: ["polling", "websocket", "webtransport"],
  httpCompression: { threshold: 2048 },
  perMessageDeflate: {
    threshold: 2048,
    zlibDeflateOptions: { chunkSize: 1024 },
    zlibInflateOptions: { chunkSize: 1024 },
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 10,
    concurrencyLimit: 10,
  },
  cookie: {
    name: "io",
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    maxAge: 86_400,
    secure: true,
    domain: "a.example",
  },
  cors: {
    origin: ["https://a.example", /\.b\.example$/],
    methods: ["GET", "POST"],
    allowedHeaders: ["x-token"],
    exposedHeaders: "x-other",
    credentials: true,
    maxAge: 600,
  },
  connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true },
  cleanupEmptyChildNamespaces: true,
  destroyUpgrade: false,
  destroyUpgradeTimeout: 100,
  addTrailingSlash: false,
  allowRequest: (req, decide) => decide(null, req.headers.origin === undefined),
};
options.path = "/talk";
options.transports?.push("websocket");
options.cors = { origin: (origin, give) => give(null, origin === undefined || origin.endsWith(".example")) };
options.cors = (req, give) => give(null, { origin: req.headers.origin === "https://a.example" });
options.cors = { origin: "*" };
options.cookie = true;
options.httpCompression = false;
options.perMessageDeflate = true;
options.allowRequest = async (req, decide) => {
  const allowed = await Promise.resolve(req.url?.includes("token"));
  decide(allowed ? null : "forbidden", allowed === true);
};

function create(port: number, given?: ServerOptions): Server {
  return new Server(port, { ...given, allowRequest: options.allowRequest });
}

function extended(given: Partial<ServerOptions>): Server {
  const server = new Server({ ...given, cors: { origin: true } });
  server.attach(createServer(), given);
  server.listen(3000, { path: "/more" });
  return server;
}

new Server();
new Server(options);
new Server(createServer(), options);
new Server(createSecureServer({}), { cors: { origin: false } });
new Server(3001);
create(3002);
void extended(options).close();
void new Server().close((error) => console.log(error?.message));
void new Server().close().then(() => process.exit());

const server = new Server();
server.path("/chat").serveClient(false).connectTimeout(1000);
const path: string = server.path();
const serves: boolean = server.serveClient();
const timeout: number = server.connectTimeout();
console.log(path.length, serves, timeout.toFixed(), server.adapter()?.name);

// @ts-expect-error no such transport
new Server({ transports: ["pigeon"] });
// @ts-expect-error a text where a number belongs
new Server({ pingInterval: "1s" });
// @ts-expect-error no such option
new Server({ pingIntervall: 1000 });
