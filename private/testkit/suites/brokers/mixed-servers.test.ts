// Official servers of 4.8 and ours on one Redis, by what programs install for it: each does with the other what it does
// with its like, and takes over the sessions that the other has lost.
import { Server } from "@bowline/server";
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { loadOfficialServer } from "../adapters/official-server.ts";
import { loadPackage, uniqueName } from "./broker-packages.ts";
import { redisKinds } from "./redis-suite.ts";

const OfficialServer = loadOfficialServer();

/** Sessions are lost by the first server, and found by the last one. */
const FLEETS = {
  "our server and two official ones": (index: number) => (index === 0 ? Server : OfficialServer),
  "an official server and two of ours": (index: number) => (index === 0 ? OfficialServer : Server),
} as const;

const LISTS_OWN = { listsOwnSocketsOnly: "upstream's lists the sockets of its own server" };

for (const [name, serverClass] of Object.entries(FLEETS)) {
  const [published] = await redisKinds(
    `${name}, by @socket.io/redis-adapter`,
    () => {
      const key = uniqueName();
      return { create: (pub, sub) => loadPackage("@socket.io/redis-adapter").createAdapter(pub, sub, { key }) };
    },
    {
      ...LISTS_OWN,
      serverClass,
      differs: { "events between servers and their answers may be bytes": "its requests between servers are JSON" },
    },
  );
  const [streamed] = await redisKinds(
    `${name}, by @socket.io/redis-streams-adapter`,
    () => {
      const streamName = uniqueName();
      const options = { streamName, channelPrefix: streamName, heartbeatInterval: 500, heartbeatTimeout: 5000 };
      return {
        create: (client) => loadPackage("@socket.io/redis-streams-adapter").createAdapter(client, options),
        key: streamName,
      };
    },
    { ...LISTS_OWN, serverClass, offsets: /^\d+-\d+$/ },
  );
  for (const kind of [published, streamed]) if (kind !== undefined) adapterSuite(kind);
}
