// The published adapters that connect servers, as programs use them.
// Place: server process -> **adapters** -> peer
// Rules: names of channels are each measurement's own; what is installed on demand is found in the set-up's folder.
import { requireAdapterPackage } from "../../../../tools/adapter-packages.mjs";

async function connect(port) {
  const client = requireAdapterPackage("redis").createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  return client;
}

const ADAPTERS = {
  async redis(port, key) {
    const { createAdapter } = requireAdapterPackage("@socket.io/redis-adapter");
    return createAdapter(await connect(port), await connect(port), { key });
  },
  async "redis-streams"(port, key) {
    const { createAdapter } = requireAdapterPackage("@socket.io/redis-streams-adapter");
    return createAdapter(await connect(port), { streamName: key });
  },
};

/**
 * What a server needs for an adapter.
 * @param {string | undefined} name none for a server of its own
 * @param {string} port of Redis
 * @param {string} key what both servers use, and nobody else
 * @returns {Promise<object>} options of the server
 */
export async function clusterOptions(name, port, key) {
  return name === undefined ? {} : { adapter: await ADAPTERS[name](port, key) };
}
