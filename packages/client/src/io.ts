// `io()`: finds or makes the manager for a URL, and gives the socket for its namespace.
// Place: above bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: one manager per server and path, unless the program wants its own or already has a socket for the namespace;
//        the first call decides about the connection's options, each call about its socket's; a manager that ended for
//        good is not kept. Programs see the managers that are kept, and may drop one.

import type { Manager } from "./manager.ts";
import { type ClientOptions, DEFAULTS } from "./options.ts";
import type { PageLocation } from "./platform.ts";
import type { Socket } from "./socket.ts";
import { parseServerUrl, type ServerUrl } from "./url.ts";

/** What `io()` needs of a composition root. */
export interface IoParts {
  page(): PageLocation | undefined;
  createManager(uri: string, options: ClientOptions): Manager;
  /** The managers that are shared, by scheme, host and port, and by the path where it is not the usual one. */
  readonly managers: Record<string, Manager>;
}

/** Gives a socket for a URL. */
export type Connect = (url?: string | ClientOptions, options?: ClientOptions) => Socket;

/** What managers are kept by; a path is the same with and without a slash at its end. */
function keyOf({ protocol, hostname, port }: ServerUrl, { path = "" }: ClientOptions): string {
  const trimmed = path.replace(/\/$/, "");
  return `${protocol}://${hostname}:${port}${trimmed === DEFAULTS.path ? "" : trimmed}`;
}

/** Makes `io()`, which keeps the managers that it makes. */
export function createIo({ page, createManager, managers }: IoParts): Connect {
  return (url, options) => {
    const given = (typeof url === "object" ? url : options) ?? {};
    const server = parseServerUrl(typeof url === "string" ? url : undefined, page());
    const key = keyOf(server, given);
    const cached = managers[key];
    const wantsOwn = given.forceNew === true || given["force new connection"] === true || given.multiplex === false;
    // A query in the URL belongs to this socket as well; the options of a program are never written to.
    const socketOptions = server.query === "" ? given : { ...given, query: server.query };
    if (cached !== undefined && !wantsOwn && cached.nsps[server.path] === undefined) {
      return cached.socket(server.path, socketOptions);
    }
    const managerOptions = server.query === "" || Object.keys(given).length > 0 ? given : { ...socketOptions };
    const manager = createManager(server.href, managerOptions);
    if (!wantsOwn && cached === undefined) {
      managers[key] = manager;
      manager.watch((isInUse) => {
        if (isInUse) managers[key] ??= manager;
        else if (managers[key] === manager) delete managers[key];
      });
    }
    return manager.socket(server.path, socketOptions);
  };
}
