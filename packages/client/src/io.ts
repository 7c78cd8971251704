// `io()`: finds or makes the manager for a URL, and gives the socket for its namespace.
// Place: above bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: one manager per server and path, unless the program wants its own or already has a socket for the namespace;
//        the first call decides about the connection's options, each call about its socket's; a manager that ended for
//        good is not kept.

import type { Manager } from "./manager.ts";
import type { ClientOptions } from "./options.ts";
import { DEFAULTS } from "./options.ts";
import type { PageLocation } from "./platform.ts";
import type { Socket } from "./socket.ts";
import { parseServerUrl } from "./url.ts";

/** What `io()` needs of a composition root. */
export interface IoParts {
  page(): PageLocation | undefined;
  createManager(uri: string, options: ClientOptions): Manager;
}

/** Gives a socket for a URL. */
export type Connect = (url?: string | ClientOptions, options?: ClientOptions) => Socket;

/** Makes `io()`, with a cache of managers of its own. */
export function createIo(parts: IoParts): Connect {
  const managers = new Map<string, Manager>();

  return (url, options) => {
    const given = (typeof url === "object" ? url : options) ?? {};
    const server = parseServerUrl(typeof url === "string" ? url : undefined, parts.page());
    const key = `${server.protocol}://${server.hostname}:${server.port}${given.path ?? DEFAULTS.path}`;
    const cached = managers.get(key);
    const wantsOwn = given.forceNew === true || given["force new connection"] === true || given.multiplex === false;
    // A query in the URL belongs to this socket as well; the options of a program are never written to.
    const socketOptions = server.query === "" ? given : { ...given, query: server.query };
    if (cached !== undefined && !wantsOwn && !cached.hasSocket(server.path)) {
      return cached.socket(server.path, socketOptions);
    }
    const managerOptions = server.query === "" || Object.keys(given).length > 0 ? given : { ...socketOptions };
    const manager = parts.createManager(server.href, managerOptions);
    if (!wantsOwn && cached === undefined) {
      managers.set(key, manager);
      manager.watch({
        opening: () => {
          if (!managers.has(key)) managers.set(key, manager);
        },
        ended: () => {
          if (managers.get(key) === manager) managers.delete(key);
        },
      });
    }
    return manager.socket(server.path, socketOptions);
  };
}
