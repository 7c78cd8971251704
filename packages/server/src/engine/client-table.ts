// The open sessions as programs look them up: an object by their ids.
// Place: beside engine server; never read by the engine itself
// Rules: it is always what is there now, and costs nothing until somebody looks; an id is an own key and nothing else is,
//        whatever the id.

import { createRecord } from "@bowline/protocol/internal";

/**
 * Makes an object of a map: `Object.keys(table)`, `table[id]`, `id in table`, `for (const id in table)`.
 *
 * Deleting a key forgets the session, as it does upstream.
 */
export function createClientTable<Client>(clients: Map<string, Client>): Record<string, Client> {
  const has = (id: string | symbol): id is string => typeof id === "string" && clients.has(id);
  return new Proxy(createRecord<Client>(), {
    get: (_target, id) => (has(id) ? clients.get(id) : undefined),
    has: (_target, id) => has(id),
    ownKeys: () => [...clients.keys()],
    getOwnPropertyDescriptor: (_target, id) =>
      has(id) ? { value: clients.get(id), enumerable: true, configurable: true, writable: true } : undefined,
    deleteProperty: (_target, id) => {
      if (has(id)) clients.delete(id);
      return true;
    },
    set: () => false,
    defineProperty: () => false,
  });
}
