// The TLS options of programs, as Node takes them.
// Place: part of the composition root entry/node.ts.
// Rules: Node itself checks what these values are; certificates are verified unless the program says otherwise.

import type { Agent } from "node:http";
import type { SecureContextOptions } from "node:tls";
import type { EngineOptions } from "../options.ts";

const NAMES = ["pfx", "key", "passphrase", "cert", "ca", "ciphers", "checkServerIdentity"] as const;

/** Whether a program's agent is one; those of older libraries for proxies have the method alone, as Node wants it. */
export function isAgent(value: unknown): value is Agent {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "addRequest") === "function";
}

/** The trust boundary for options whose values only Node can judge; HTTP requests and ws take the same ones. */
function asTlsOptions(options: Record<string, unknown>): SecureContextOptions {
  return options;
}

/** Picks the TLS options. */
export function tlsOptions(options: EngineOptions): SecureContextOptions & { rejectUnauthorized: boolean } {
  const picked: Record<string, unknown> = {};
  for (const name of NAMES) {
    if (options[name] !== undefined && options[name] !== null) picked[name] = options[name];
  }
  return { ...asTlsOptions(picked), rejectUnauthorized: options.rejectUnauthorized !== false };
}
