// @socket.io/redis-streams-adapter, as programs install it: a stream of Redis, which lost sessions are recovered from.
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { loadPackage, uniqueName } from "./broker-packages.ts";
import { redisKinds } from "./redis-suite.ts";

const kinds = await redisKinds(
  "@socket.io/redis-streams-adapter",
  () => {
    const streamName = uniqueName();
    return {
      create: (client) =>
        loadPackage("@socket.io/redis-streams-adapter").createAdapter(client, {
          streamName,
          channelPrefix: streamName,
          heartbeatInterval: 500,
          heartbeatTimeout: 5000,
        }),
      key: streamName,
    };
  },
  { offsets: /^\d+-\d+$/, listsOwnSocketsOnly: "upstream's lists the sockets of its own server" },
);
for (const kind of kinds) adapterSuite(kind);
