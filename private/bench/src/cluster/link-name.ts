// The ways to connect servers by their names, and what each needs.
// Place: metrics -> **link name** -> prepare, links
// Rules: a link is called by the package that a program installs for it.

/** How the servers of a cluster are connected. */
export type LinkName =
  | "none"
  | "@bowline/redis"
  | "@bowline/redis/sharded"
  | "@bowline/redis/streams"
  | "@bowline/node-cluster"
  | "@bowline/postgres"
  | "@bowline/nats"
  | "@socket.io/redis-adapter"
  | "@socket.io/redis-adapter, sharded"
  | "@socket.io/redis-streams-adapter"
  | "@socket.io/redis-streams-adapter, with recovery"
  | "@socket.io/cluster-adapter"
  | "@socket.io/postgres-adapter";

/** What carries the messages of a link. */
export type BrokerName = "none" | "redis" | "primary" | "postgres" | "nats";

/** What carries the messages of a link. */
export function brokerOf(link: LinkName): BrokerName {
  switch (link) {
    case "none":
      return "none";
    case "@bowline/node-cluster":
    case "@socket.io/cluster-adapter":
      return "primary";
    case "@bowline/postgres":
    case "@socket.io/postgres-adapter":
      return "postgres";
    case "@bowline/nats":
      return "nats";
    default:
      return "redis";
  }
}

/** What the set-up has to bring for a link, by the names that it knows it by; Redis is brought by the bench. */
export function partsOfLink(link: LinkName): readonly string[] {
  const broker = brokerOf(link);
  if (broker === "postgres" || broker === "nats") return ["adapters", broker];
  return broker === "redis" || link.startsWith("@socket.io/") ? ["adapters"] : [];
}
