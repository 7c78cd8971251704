// The TLS options of programs, as Node takes them.
// Place: part of the composition root entry/node.ts.
// Rules: Node itself checks what these values are; certificates are verified unless the program says otherwise.

import { Agent } from "node:http";
import type { SecureContextOptions } from "node:tls";
import type { EngineOptions } from "../options.ts";

const NAMES = ["pfx", "key", "passphrase", "cert", "ca", "ciphers"] as const;

/** Whether a program's agent is one. */
export function isAgent(value: unknown): value is Agent {
  return value instanceof Agent;
}

/** The trust boundary for options whose values only Node can judge. */
function asSecureContext(options: Record<string, unknown>): SecureContextOptions {
  return options;
}

/** Picks the TLS options. */
export function tlsOptions(options: EngineOptions): SecureContextOptions & { rejectUnauthorized: boolean } {
  const picked: Record<string, unknown> = {};
  for (const name of NAMES) {
    if (options[name] !== undefined && options[name] !== null) picked[name] = options[name];
  }
  return { ...asSecureContext(picked), rejectUnauthorized: options.rejectUnauthorized !== false };
}
