// The class of the server under attack: ours, or the one of a published package.
// Place: **module** -> victim.ts
// Rules: what the victim does with a server is what those of 2.x to 4.x have in common with ours.

import { pathToFileURL } from "node:url";
import { Server } from "@bowline/server";

/** Here the class of another server is taken for ours. */
function asOurs(found: unknown): typeof Server;
function asOurs(found: unknown): unknown {
  return found;
}

function member(module: unknown, name: string): unknown {
  return typeof module === "object" && module !== null ? Reflect.get(module, name) : undefined;
}

/** @param module - A file or a package; ours where there is none. */
export async function serverClass(module: string | undefined): Promise<typeof Server> {
  if (module === undefined) return Server;
  const loaded: unknown = await import(module.startsWith("/") ? pathToFileURL(module).href : module);
  // Packages of 2.x are the class themselves.
  return asOurs(member(loaded, "Server") ?? member(loaded, "default"));
}
