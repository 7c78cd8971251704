// The program interface of one generation: how a server behaves where generations differ, and the classes of its namespaces and sockets.
// Place: composition root (**API dialect**) -> server -> namespace -> socket
// Rules: chosen by `compat` when a server is made, by the composition root, which alone knows what only programs of 2.x
//        need; whoever makes a namespace or a socket asks the dialect.

import type { Adapter, AdapterConstructor, AdapterNamespace } from "@bowline/adapter";
import type { EventsMap } from "@bowline/protocol/internal";
import { createAdapter } from "./adapter-choice.ts";
import { Namespace } from "./namespace.ts";
import type { ServerOptions } from "./options.ts";
import { chooseProfile, type Profile } from "./profile.ts";
import { Socket } from "./socket.ts";

/** What a namespace is made of. */
export type NamespaceParts<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> = ConstructorParameters<typeof Namespace<Listen, Emit, ServerSide, Data>>;

/** What a socket is made of. */
export type SocketParts<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> = ConstructorParameters<typeof Socket<Listen, Emit, ServerSide, Data>>;

/** The program interface of one generation. */
export interface ApiDialect {
  readonly profile: Profile;
  /** What methods of the server give that do something for its main namespace: the server, or the namespace. */
  readonly chains: "server" | "main namespace";
  /** Gives a map the form that programs of this generation read. */
  showMap<Value>(map: Map<string, Value>): Map<string, Value>;
  /** Makes the adapter of a namespace, of what a program has given. */
  createAdapter(maker: AdapterConstructor, namespace: AdapterNamespace): Adapter;
  createNamespace<Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, Data>(
    ...parts: NamespaceParts<Listen, Emit, ServerSide, Data>
  ): Namespace<Listen, Emit, ServerSide, Data>;
  createSocket<Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, Data>(
    ...parts: SocketParts<Listen, Emit, ServerSide, Data>
  ): Socket<Listen, Emit, ServerSide, Data>;
}

/** Chooses the dialect of a program's generation. */
export type ChooseDialect = (compat: ServerOptions["compat"]) => ApiDialect;

/** The dialect with the classes of 4.x, and the habits of the program's generation. */
export const chooseOrdinaryDialect: ChooseDialect = (compat) => ({
  profile: chooseProfile(compat),
  chains: "server",
  showMap: (map) => map,
  createAdapter,
  createNamespace: (...parts) => new Namespace(...parts),
  createSocket: (...parts) => new Socket(...parts),
});
