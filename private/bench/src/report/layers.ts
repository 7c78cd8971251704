// Where a server's time went, by layer of the house, from a CPU profile of V8.
// Place: profile -> **layers** -> output, document
// Rules: a share is of the time in which the process did something; what stands in one bundled file is told apart by the
//        region comments that the bundler leaves; the first rule that fits counts.

import { renderTable } from "./table.ts";

/** A CPU profile, as far as it is read. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** The layers, in the order of the table. */
export const LAYERS = [
  "write system calls",
  "net, streams, HTTP",
  "WebSocket frames",
  "engine",
  "sockets",
  "codec",
  "events",
  "timers and ticks",
  "garbage collection",
  "native code, reads",
  "handlers",
  "other",
] as const;

/** One of them. */
export type Layer = (typeof LAYERS)[number];

const WRITES = /^(writev|writeBuffer|writeUtf8String|writeLatin1String|writeAsciiString|shutdown)$/;

/** Where code stands: its own path under `packages/`, or the URL that the profile has. */
const PLACES: readonly (readonly [place: RegExp, layer: Layer])[] = [
  [/^node:(internal\/)?(timers|process\/task_queues|async_hooks)/, "timers and ticks"],
  [/^node:events/, "events"],
  [/^node:(internal\/)?(net|stream|_http|http|buffer|per_context|util|url|js_stream)/, "net, streams, HTTP"],
  [/node_modules\/ws\/|^protocol\/src\/websocket\/|^server\/src\/runtime\/.*(websocket|frame)/, "WebSocket frames"],
  [/node_modules\/(engine|socket)\.io-parser|component-emitter/, "codec"],
  [
    /^protocol\/src\/(socket|shared)\/|^protocol\/src\/engine\/(packet|payload|eio|dialect|jsonp|decode|encode)/,
    "codec",
  ],
  [/^(protocol|server|client)\/src\/(engine|transports)\b|^(server|client)\/src\/(runtime|entry)\//, "engine"],
  [/node_modules\/(engine\.io|engine\.io-client)(-v\d)?\//, "engine"],
  [/^(server|client|adapter)\/src\/|node_modules\/socket\.io/, "sockets"],
  [/private\/bench\/src\/(peers|clients)\//, "handlers"],
];

/** The layer of a function; undefined when nothing was done. */
export function layerOf(functionName: string, place: string): Layer | undefined {
  if (functionName === "(idle)" || functionName === "(root)") return undefined;
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(program)") return "native code, reads";
  if (place === "") return WRITES.test(functionName) ? "write system calls" : "native code, reads";
  return PLACES.find(([pattern]) => pattern.test(place))?.[1] ?? "other";
}

/** The source files of a bundled one: which begins at which line, counted from 0. */
export type Regions = readonly { readonly line: number; readonly path: string }[];

/** Reads the regions of a bundled file. */
export function readRegions(text: string): Regions {
  return text.split("\n").flatMap((content, line) => {
    const path = /^\/\/#region (\S+)/.exec(content)?.[1];
    return path === undefined ? [] : [{ line, path }];
  });
}

const PACKAGE_FILE = /\/packages\/(\w+)\/dist\//;

/**
 * The share of each layer.
 *
 * @param lastMs - Only the end of the profile counts, for so long: before that the process started.
 * @param regionsOf - The regions of a file, by its URL.
 */
export function sharesOf(
  profile: CpuProfile,
  lastMs: number,
  regionsOf: (url: string) => Regions,
): ReadonlyMap<Layer, number> {
  const layers = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const name = PACKAGE_FILE.exec(url)?.[1];
      const source =
        name === undefined
          ? undefined
          : regionsOf(url)
              .filter(({ line }) => line <= lineNumber)
              .at(-1)?.path;
      return [id, layerOf(functionName, source === undefined ? url : `${name}/${source}`)];
    }),
  );
  const spent = new Map<Layer, number>();
  let total = 0;
  let left = lastMs * 1000;
  for (let i = profile.samples.length - 1; i >= 0 && left > 0; i -= 1) {
    const delta = profile.timeDeltas[i] ?? 0;
    left -= delta;
    const layer = layers.get(profile.samples[i] ?? 0);
    if (layer === undefined) continue;
    total += delta;
    spent.set(layer, (spent.get(layer) ?? 0) + delta);
  }
  return new Map([...spent].map(([layer, us]) => [layer, us / total]));
}

/** A table with a column for each profile. */
export function renderLayers(
  profiles: readonly { readonly name: string; readonly shares: ReadonlyMap<Layer, number> }[],
): string {
  const rows = LAYERS.map((layer) => [
    layer,
    ...profiles.map(({ shares }) => `${((shares.get(layer) ?? 0) * 100).toFixed(1)} %`),
  ]);
  return renderTable(["share of the busy time", ...profiles.map(({ name }) => name)], rows);
}
