// What Node's network errors mean to a program.
// Place: part of the composition root entry/node.ts.
// Rules: Node's own words first, then what to do; pure.

/** What to do, by the error's code. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "check that the server runs and listens on this port",
  ENOTFOUND: "check the name of the host",
};

function textOf(source: unknown, key: string): string {
  const value: unknown = typeof source === "object" && source !== null ? Reflect.get(source, key) : undefined;
  return typeof value === "string" ? value : "";
}

/** One line about an error. */
export function explainNodeError(error: unknown): string {
  const code = textOf(error, "code");
  // An error of several addresses has no text of its own.
  const said = textOf(error, "message") || code || "no answer came";
  const advice = code.includes("CERT") ? 'hand in the certificate as the option "ca"' : ADVICE[code];
  return advice === undefined ? said : `${said}; ${advice}`;
}
