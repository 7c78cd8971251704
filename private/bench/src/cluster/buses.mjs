// What buses carry between two nodes, each a process of its own: messages a second, and how long one is on its way.
// Place: command line -> **buses** -> bus -> the broker of this machine
// Rules: the middle one of the rounds counts; messages are delivered before they count, and nothing is left behind.
// Usage: node private/bench/src/cluster/buses.mjs [--rounds N] [--broker-port N] [NAME...]   (after `npm run build`)
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MESSAGE_BYTES = 200;
const MESSAGES = 10_000;
const IN_FLIGHT = 256;
const PINGS = 500;
const PATIENCE_MS = 120_000;

/** Makes a bus, and what ends its connections. */
const BUSES = {
  async postgres(name, port = 5432) {
    const { postgresBus } = await import("@bowline/postgres");
    const { default: postgres } = await import("pg");
    const pool = new postgres.Pool({ host: "127.0.0.1", port, user: "postgres", max: 5 });
    await pool.query(`CREATE SCHEMA IF NOT EXISTS "${name}"`).catch(() => undefined);
    return {
      bus: postgresBus(pool, { schema: name, channelPrefix: name.slice(0, 18) }),
      close: () => pool.end(),
      remove: () => pool.query(`DROP SCHEMA "${name}" CASCADE`),
    };
  },
  async nats(name, port = 4222) {
    const { natsBus } = await import("@bowline/nats");
    const { connect } = await import("@nats-io/transport-node");
    const connection = await connect({ servers: `127.0.0.1:${port}` });
    return { bus: natsBus(connection, { prefix: name }), close: () => connection.close(), remove: () => undefined };
  },
  async jetstream(name, port = 4222) {
    const { jetstreamBus } = await import("@bowline/nats/jetstream");
    const { connect } = await import("@nats-io/transport-node");
    const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
    const connection = await connect({ servers: `127.0.0.1:${port}` });
    const manager = await jetstreamManager(connection);
    return {
      bus: jetstreamBus(connection, { client: jetstream(connection), manager }, { prefix: name }),
      close: () => connection.close(),
      async remove() {
        for await (const stream of manager.streams.names()) {
          if (stream.startsWith(name)) await manager.streams.delete(stream);
        }
      },
    };
  },
  async redis(_, port = 6379) {
    const { redisBus } = await import("@bowline/redis");
    const { createClient } = await import("redis");
    const clients = [0, 1].map(() => createClient({ url: `redis://127.0.0.1:${port}` }));
    await Promise.all(clients.map((client) => client.connect()));
    return {
      bus: redisBus(...clients),
      close: () => Promise.all(clients.map((client) => client.quit())),
      remove: () => undefined,
    };
  },
  async "redis-streams"(_, port = 6379) {
    const { redisStreamsBus } = await import("@bowline/redis/streams");
    const { createClient } = await import("redis");
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    const own = client.duplicate();
    await own.connect();
    return { bus: redisStreamsBus(client), close: () => own.quit(), remove: () => own.del(`${_}.log`) };
  },
};

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;

async function untilUp(bus) {
  for (const end = performance.now() + 10_000; bus.status !== "up"; ) {
    if (performance.now() > end) throw new Error("Cannot measure a bus: it has not reached its broker");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The other node: sends pings back, and tells when it has got everything. */
async function beOther(kind, name, port) {
  const { bus } = await BUSES[kind](name, port);
  await untilUp(bus);
  let got = 0;
  const count = () => {
    got++;
    if (got % MESSAGES === 0) process.send("all");
  };
  await bus.join(`${name}.ping`, (bytes) => void bus.publish(`${name}.pong`, bytes));
  await bus.join(`${name}.many`, count);
  await bus.log?.follow(`${name}.log`, { entry: count, gap: () => process.exit(1) });
  process.send("ready");
}

/** Sends as fast as the bus takes it. @returns messages a second, and microseconds of this process's processor for each. */
async function rateOf(other, send) {
  const all = once(other, "message");
  const start = performance.now();
  const cpu = process.cpuUsage();
  let sent = 0;
  const sendOn = async () => {
    while (sent < MESSAGES) {
      sent++;
      await send();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOn));
  await all;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (MESSAGES / (performance.now() - start)) * 1000, cpuMicros: (user + system) / MESSAGES };
}

async function measure(kind, port) {
  const name = `bowline-${randomBytes(5).toString("hex")}`;
  const { bus, close, remove } = await BUSES[kind](name, port);
  await untilUp(bus);
  const other = fork(fileURLToPath(import.meta.url), ["--be-other", kind, name, String(port ?? "")]);
  const timer = setTimeout(() => other.kill("SIGKILL"), PATIENCE_MS);
  try {
    await once(other, "message");
    const payload = randomBytes(MESSAGE_BYTES);
    let back = () => undefined;
    await bus.join(`${name}.pong`, () => back());
    const ways = [];
    for (let ping = 0; ping < PINGS; ping++) {
      const start = performance.now();
      const pong = new Promise((resolve) => {
        back = resolve;
      });
      await bus.publish(`${name}.ping`, payload);
      await pong;
      ways.push((performance.now() - start) / 2);
    }
    const topics = await rateOf(other, () => bus.publish(`${name}.many`, payload));
    const log = bus.log === undefined ? undefined : await rateOf(other, () => bus.log.append(`${name}.log`, payload));
    return {
      perSecond: topics.perSecond,
      cpuMicros: topics.cpuMicros,
      p50Ms: percentile(ways, 0.5),
      p99Ms: percentile(ways, 0.99),
      appendsPerSecond: log?.perSecond,
      appendCpuMicros: log?.cpuMicros,
    };
  } finally {
    clearTimeout(timer);
    other.kill();
    await bus.close();
    await remove();
    await close();
  }
}

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    "broker-port": { type: "string" },
    "be-other": { type: "boolean", default: false },
  },
  allowPositionals: true,
});

if (values["be-other"]) {
  const [kind, name, port] = positionals;
  await beOther(kind, name, port === "" ? undefined : Number(port));
} else {
  const port = values["broker-port"] === undefined ? undefined : Number(values["broker-port"]);
  const kinds = positionals.length > 0 ? positionals : Object.keys(BUSES);
  for (const kind of kinds) {
    const rounds = [];
    for (let round = 0; round < Number(values.rounds); round++) rounds.push(await measure(kind, port));
    const medians = Object.keys(rounds[0]).map((key) => {
      const known = rounds.map((one) => one[key]).filter((value) => value !== undefined);
      return [key, known.length === 0 ? undefined : Number(percentile(known, 0.5).toPrecision(4))];
    });
    process.stdout.write(`${kind}: ${JSON.stringify(Object.fromEntries(medians))}\n`);
  }
}
