// Options of a program that have no effect, such as those with a letter wrong, and what was probably meant.
// Place: part of the composition root entry/node.ts; browsers say nothing, to spare their pages the list.
// Rules: options of older and later versions that are accepted in silence stand here as well; pure.

import type { ClientOptions } from "../options.ts";

type Names = Readonly<Record<keyof ClientOptions, true>> & Readonly<Record<string, true>>;

const KNOWN: Names = {
  path: true,
  hostname: true,
  host: true,
  port: true,
  secure: true,
  query: true,
  transports: true,
  tryAllTransports: true,
  upgrade: true,
  rememberUpgrade: true,
  transportOptions: true,
  extraHeaders: true,
  withCredentials: true,
  forceBase64: true,
  timestampRequests: true,
  timestampParam: true,
  requestTimeout: true,
  protocols: true,
  addTrailingSlash: true,
  closeOnBeforeunload: true,
  protocol: true,
  agent: true,
  pfx: true,
  key: true,
  passphrase: true,
  cert: true,
  ca: true,
  ciphers: true,
  rejectUnauthorized: true,
  checkServerIdentity: true,
  localAddress: true,
  protocolVersion: true,
  origin: true,
  family: true,
  maxPayload: true,
  perMessageDeflate: true,
  autoConnect: true,
  forceNew: true,
  "force new connection": true,
  multiplex: true,
  reconnection: true,
  reconnectionAttempts: true,
  reconnectionDelay: true,
  reconnectionDelayMax: true,
  randomizationFactor: true,
  timeout: true,
  parser: true,
  maxAttachments: true,
  maxSendBuffer: true,
  maxReceiveBuffer: true,
  authInQuery: true,
  compat: true,
  auth: true,
  ackTimeout: true,
  retries: true,
  useNativeTimers: true,
  autoUnref: true,
  jsonp: true,
  forceJSONP: true,
  enablesXDR: true,
  policyPort: true,
  forceNode: true,
  onlyBinaryUpgrades: true,
};

/** Those of 2.x and 3.x that have no effect on Node today. */
const IGNORED: readonly string[] = [
  "jsonp",
  "forceJSONP",
  "enablesXDR",
  "policyPort",
  "forceNode",
  "onlyBinaryUpgrades",
];

/** How many letters may be wrong in a name that was meant. */
const MOST_WRONG = 3;

/** How many letters have to be added, left out or changed to make one name of another, whatever their case. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [index, letter] of [...from.toLowerCase()].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...to.toLowerCase()].entries()) {
      const changed = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The known name that a name was probably meant to be. */
function nearest(name: string): string | undefined {
  const byDistance = Object.keys(KNOWN).map((known) => [distance(name, known), known] as const);
  const [[wrong, known] = [MOST_WRONG + 1, ""]] = byDistance.sort(([one], [other]) => one - other);
  return wrong <= Math.min(MOST_WRONG, name.length / 2) ? known : undefined;
}

/** The options that are not known, each as a warning names it. */
export function unknownOptions(options: object): string[] {
  return Object.keys(options)
    .filter((name) => !Object.hasOwn(KNOWN, name))
    .map((name) => {
      const meant = nearest(name);
      return meant === undefined ? `"${name}"` : `"${name}" (is "${meant}" meant?)`;
    });
}

/** The options that are known and accepted, and do nothing here. */
export function ignoredOptions(options: object): string[] {
  return IGNORED.filter((name) => Object.hasOwn(options, name));
}
