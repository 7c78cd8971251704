// What programs compare of an error is upstream's: the official client of 4.8 and ours fail at the same servers.
// Rules: compared are `message`, `type`, what `description` says, and the fields of `context` that programs read; ours
//        may say more, never something else.
import { createServer as createTlsServer } from "node:https";
import { afterEach, describe, expect, test } from "vitest";
import { requireOfficial } from "../../src/peers/load-package.ts";
import { createSelfSigned } from "../../src/peers/self-signed.ts";
import { connectTo, fieldOf, next, TRANSPORTS } from "./client.ts";
import { balanceInTurn, closedPort, later, listen, serveHttp, serveSocketIo, stopAll } from "./servers.ts";

const TLS = createSelfSigned();

type Options = Parameters<typeof connectTo>[1];
type EventSource = Parameters<typeof next>[0];

interface OfficialSocket extends EventSource {
  disconnect(): unknown;
}

function isFactory(value: unknown): value is (url: string, options: object) => OfficialSocket {
  return typeof value === "function";
}

function isEventSource(value: unknown): value is EventSource {
  return typeof fieldOf(value, "once") === "function";
}

function connectOfficial(url: string, options: Options): EventSource {
  const io = requireOfficial("socket.io-client-v4");
  if (!isFactory(io)) throw new Error("Cannot use the official client: it is not a function");
  const socket = io(url, { reconnection: false, forceNew: true, ...options });
  later(() => socket.disconnect());
  return socket;
}

/** The first line of a text: the official client adds a stack where there was no answer. */
function firstLine(text: unknown): unknown {
  return typeof text === "string" ? text.split("\n")[0] : text;
}

function comparable(error: unknown): Readonly<Record<string, unknown>> {
  const description = fieldOf(error, "description");
  const context = fieldOf(error, "context");
  return {
    isError: error instanceof Error,
    message: fieldOf(error, "message"),
    name: fieldOf(error, "name"),
    type: fieldOf(error, "type"),
    description: typeof description === "object" ? fieldOf(description, "message") : description,
    responseText: firstLine(fieldOf(context, "responseText")),
  };
}

/** What a failure says while it is told; the official client empties its request behind that. */
async function told(socket: EventSource, event: string): Promise<Readonly<Record<string, unknown>>> {
  let seen: Readonly<Record<string, unknown>> = {};
  Reflect.apply(socket.once, socket, [event, (error: unknown) => (seen = comparable(error))]);
  await next(socket, event);
  return seen;
}

async function compare(url: string, options: Options, event: string): Promise<void> {
  const { responseText, ...rest } = await told(connectOfficial(url, options), event);
  const ours = await told(connectTo(url, options), event);
  // A refused WebSocket has no context there; ours tells the answer.
  expect(ours).toMatchObject(responseText === undefined ? rest : { responseText, ...rest });
}

afterEach(stopAll);

describe.each(TRANSPORTS)("over %s an error is upstream's", (transport) => {
  const options = { transports: [transport] };

  test("where nobody listens", async () => {
    await compare(`http://127.0.0.1:${await closedPort()}`, options, "connect_error");
  });

  test.each([400, 401, 404, 502])("at an answer with status %i", async (status) => {
    const port = await serveHttp((_request, response) => response.writeHead(status).end("no, because"));
    await compare(`http://127.0.0.1:${port}`, options, "connect_error");
  });

  test("at a certificate that is not trusted", async () => {
    const port = await listen(createTlsServer(TLS));
    await compare(`https://127.0.0.1:${port}`, options, "connect_error");
  });

  test("at a namespace that is not there", async () => {
    const { url } = await serveSocketIo("server 4.8");
    await compare(`${url}/nowhere`, options, "connect_error");
  });
});

test("at nodes without sticky sessions the details of the end are upstream's", async () => {
  async function endAt(connect: (url: string, options: Options) => EventSource): Promise<readonly [unknown, object]> {
    const nodes = [await serveSocketIo("server 4.8"), await serveSocketIo("server 4.8")];
    const balancer = await balanceInTurn(nodes.map(({ port }) => port));
    const socket = connect(`http://127.0.0.1:${balancer}`, { transports: ["polling"] });
    let details = {};
    const engine = fieldOf(fieldOf(socket, "io"), "engine");
    if (!isEventSource(engine)) throw new Error("Cannot listen to the engine: there is none");
    Reflect.apply(engine.once, engine, ["close", (_: string, given: unknown) => (details = comparable(given))]);
    const [reason] = await next(engine, "close");
    return [reason, details];
  }
  const [theirs, ours] = [await endAt(connectOfficial), await endAt(connectTo)];
  // Which of both requests fails first is chance.
  const withoutVerb = ([reason, told]: readonly [unknown, object]) =>
    JSON.stringify([reason, told]).replace(/xhr (poll|post) error/, "xhr error");
  expect(withoutVerb(ours)).toBe(withoutVerb(theirs));
});
