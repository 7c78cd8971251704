// Small things that engine.io-client exports beside its classes, and that some programs call.
// Place: beside the composition roots of the engine; nothing of ours uses them.
// Rules: the same results as upstream's, whatever is handed in.

/** A URL taken apart; parts that are not there are empty. */
export interface ParsedUrl {
  readonly source: string;
  readonly protocol: string;
  readonly authority: string;
  readonly userInfo: string;
  readonly user: string;
  readonly password: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: string;
  readonly relative: string;
  readonly path: string;
  readonly directory: string;
  readonly file: string;
  readonly query: string;
  readonly anchor: string;
  readonly pathNames: readonly string[];
  readonly queryKey: Readonly<Record<string, string>>;
  readonly ipv6uri?: true;
}

const MAX_LENGTH = 8000;

/** Splits a text at the first mark; what stands before is the whole where there is none. */
function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

function readQuery(query: string): Record<string, string> {
  const pairs = query === "" ? [] : query.split("&");
  return Object.fromEntries(pairs.map((pair) => cut(pair, "=")).filter(([key]) => key !== ""));
}

/**
 * Takes a URL apart, without judging it.
 * @throws Error when it has more than 8000 characters.
 */
export function parse(url: string): ParsedUrl {
  if (url.length > MAX_LENGTH) throw new Error("URI too long");
  const scheme = /^(https?|wss?):\/\//i.exec(url);
  const rest = scheme === null ? url : url.slice(scheme[0].length);
  const ends = rest.search(/[/?#]/);
  const authority = ends === -1 ? rest : rest.slice(0, ends);
  const relative = ends === -1 ? "" : rest.slice(ends);
  const [beforeAnchor, anchor] = cut(relative, "#");
  const [path, query] = cut(beforeAnchor, "?");
  const at = authority.lastIndexOf("@");
  const userInfo = at === -1 ? "" : authority.slice(0, at);
  const [user, password] = cut(userInfo, ":");
  const [, bracketed, plain, port = ""] = /^(?:\[(.*)\]|([^:]*))(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
  const file = path.slice(path.lastIndexOf("/") + 1);
  // Upstream's rule: what has a dot is a file, what has none belongs to the directory.
  const isFile = file.includes(".");
  return {
    source: url,
    protocol: scheme?.[1] ?? "",
    authority: bracketed === undefined ? authority : authority.replace(/[[\]]/g, ""),
    userInfo,
    user,
    password,
    host: bracketed ?? plain ?? "",
    port,
    relative,
    path,
    directory: isFile ? path.slice(0, path.length - file.length) : path,
    file: isFile ? file : "",
    query,
    anchor,
    pathNames: path
      .replaceAll(/\/{2,}/g, "/")
      .split("/")
      .filter((name, index) => index > 0 || name !== "")
      .filter((name) => name !== ""),
    queryKey: readQuery(query),
    ...(bracketed !== undefined && { ipv6uri: true }),
  };
}

/** Runs an action after the code that runs now, before any timer. */
export function nextTick(action: () => void): void {
  void Promise.resolve().then(action);
}

const NATIVE = { set: globalThis.setTimeout, clear: globalThis.clearTimeout };

/** What `installTimerFunctions` adds. */
export interface TimerFunctions {
  setTimeoutFn: typeof globalThis.setTimeout;
  clearTimeoutFn: typeof globalThis.clearTimeout;
}

/** Gives an object the timers of this moment, or with `useNativeTimers` those of when this was loaded. */
export function installTimerFunctions<Target extends object>(
  target: Target,
  options: { readonly useNativeTimers?: boolean },
): asserts target is Target & TimerFunctions {
  const isNative = options.useNativeTimers === true;
  Object.assign(target, {
    setTimeoutFn: (isNative ? NATIVE.set : globalThis.setTimeout).bind(globalThis),
    clearTimeoutFn: (isNative ? NATIVE.clear : globalThis.clearTimeout).bind(globalThis),
  });
}
