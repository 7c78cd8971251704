// @socket.io/redis-adapter, as programs install it: publish and subscribe, plain and sharded.
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { loadPackage, uniqueName } from "./broker-packages.ts";
import { redisKinds } from "./redis-suite.ts";

const OWN_ONLY = { listsOwnSocketsOnly: "upstream's lists the sockets of its own server" };

const plain = await redisKinds(
  "@socket.io/redis-adapter",
  () => {
    const key = uniqueName();
    return { create: (pub, sub) => loadPackage("@socket.io/redis-adapter").createAdapter(pub, sub, { key }) };
  },
  {
    ...OWN_ONLY,
    differs: { "events between servers and their answers may be bytes": "its requests between servers are JSON" },
  },
);
const sharded = await redisKinds(
  "@socket.io/redis-adapter (sharded)",
  () => {
    const channelPrefix = uniqueName();
    return {
      create: (pub, sub) => loadPackage("@socket.io/redis-adapter").createShardedAdapter(pub, sub, { channelPrefix }),
    };
  },
  {
    ...OWN_ONLY,
    wavers: {
      "a room that empties and fills again is heard again":
        "it says that a socket has joined before Redis has heard of the room",
    },
  },
);
for (const kind of [...plain, ...sharded]) adapterSuite(kind);
