// What is compared between an alias package and the official one, and where they differ on purpose.
// Place: data of the surface test.
// Rules: every difference has its reason here; the test fails when one is not listed, and when a listed one has gone.

/** A pair of packages, and what to look at. */
export interface Surface {
  readonly own: string;
  readonly official: string;
  /** The package that brings the official one along, where it is not installed by itself. */
  readonly dependent?: string;
  /** Members of the CommonJS value ("" is the value itself) and the arguments to call them with, with and without `new`. */
  readonly calls: readonly (readonly unknown[])[];
  /** Files that programs, instrumentations and servers reach for, by their paths in the package. */
  readonly files: readonly string[];
  /** What may or may not be resolved below the package's name. */
  readonly subpaths: readonly string[];
  /** Names and files that the official package has and ours has not, with the reason. */
  readonly missing: Readonly<Record<string, string>>;
  /** Names and files that ours has besides, with the reason. */
  readonly added: Readonly<Record<string, string>>;
}

const EVERY_GENERATION = "the value has what programs of any generation look for";
const NO_COMMON = "polling transports and WebSockets have no class in common here but Transport";
const NAMED_IN_DOCUMENTS = "upstream's documents name the class";
const INTERNAL = "a part of the official implementation that ours does not have";

/** The places of the engine client's whole list. */
const ENGINE_INDEXES: readonly string[] = [
  "cjs",
  "esm",
  ...["cjs", "esm", "esm-debug"].map((folder) => `build/${folder}/index.js`),
];

/** A server that nobody connects to, and a connection that does not try. */
const NOWHERE: readonly unknown[] = ["ws://localhost:1", { transports: [] }];
const NO_PAGE: readonly unknown[] = ["http://localhost:1", { autoConnect: false }];

export const SURFACES: readonly Surface[] = [
  {
    own: "@bowline/socket.io",
    official: "socket.io-v4",
    calls: [[""], ["Server"]],
    files: [
      ...["index", "socket", "broadcast-operator", "namespace", "parent-namespace", "client"].map(distFile),
      ...["socket-types", "typed-events", "uws"].map(distFile),
      "dist/index.d.ts",
      "dist/socket.d.ts",
      "dist/typed-events.d.ts",
      ...["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"].flatMap((file) => [
        `client-dist/${file}`,
        `client-dist/${file}.map`,
      ]),
    ],
    subpaths: ["package.json", "dist/socket", "dist/index.js", "wrapper.mjs"],
    missing: {
      "dist/uws.js": INTERNAL,
      "dist/namespace.js RESERVED_EVENTS": INTERNAL,
      "dist/typed-events.js StrictEventEmitter": INTERNAL,
    },
    added: { "cjs default": EVERY_GENERATION, "cjs listen": EVERY_GENERATION },
  },
  {
    own: "@bowline/socket.io-client",
    official: "socket.io-client-v4",
    calls: [
      ["", ...NO_PAGE],
      ["Manager", ...NO_PAGE],
      ["connect", ...NO_PAGE],
    ],
    files: [
      ...["index", "manager", "socket", "on", "url", "contrib/backo2", "browser-entrypoint"].map(cjsFile),
      ...["index", "manager", "socket"].flatMap((name) => [`build/cjs/${name}.d.ts`, `build/esm/${name}.d.ts`]),
      ...["index", "manager", "socket", "on"].flatMap((name) => [`build/esm/${name}.js`, `build/esm-debug/${name}.js`]),
      ...["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"].flatMap((file) => [
        `dist/${file}`,
        `dist/${file}.map`,
      ]),
    ],
    subpaths: [
      "package.json",
      "debug",
      "dist/socket.io.js",
      "dist/socket.io.js.map",
      "dist/socket.io.min.js",
      "build/cjs/index.js",
      "build/esm/index.js",
    ],
    missing: {
      "build/cjs/url.js": INTERNAL,
      "build/cjs/contrib/backo2.js": INTERNAL,
      "build/cjs/browser-entrypoint.js": INTERNAL,
    },
    added: {
      "cjs default": EVERY_GENERATION,
      "cjs managers": EVERY_GENERATION,
      "cjs protocol": EVERY_GENERATION,
    },
  },
  {
    own: "@bowline/engine.io-client",
    official: "engine.io-client",
    dependent: "socket.io-client-v4",
    calls: [["Socket", ...NOWHERE]],
    files: [
      ...["index", "socket", "transport", "util", "transports/index", "transports/polling"].map(cjsFile),
      ...["polling-fetch", "polling-xhr", "polling-xhr.node", "websocket", "websocket.node", "webtransport"].map(
        (name) => cjsFile(`transports/${name}`),
      ),
      "build/cjs/index.d.ts",
      ...["esm", "esm-debug"].flatMap((folder) => [
        `build/${folder}/index.js`,
        `build/${folder}/socket.js`,
        `build/${folder}/transports/index.js`,
      ]),
      "build/esm/index.d.ts",
      ...["engine.io.js", "engine.io.min.js", "engine.io.esm.min.js"].flatMap((file) => [
        `dist/${file}`,
        `dist/${file}.map`,
      ]),
    ],
    subpaths: [
      "package.json",
      "debug",
      "dist/engine.io.js",
      "dist/engine.io.min.js",
      "dist/engine.io.esm.min.js",
      "dist/engine.io.js.map",
      "build/cjs/socket.js",
    ],
    missing: {
      "build/cjs/transports/polling.js": NO_COMMON,
      "build/cjs/transports/polling-xhr.js BaseXHR": NO_COMMON,
      "build/cjs/transports/polling-xhr.js Request": INTERNAL,
      "build/cjs/transports/websocket.js BaseWS": NO_COMMON,
      "build/cjs/util.js": INTERNAL,
    },
    added: Object.fromEntries(
      [...ENGINE_INDEXES, ...["cjs", "esm", "esm-debug"].map((folder) => `build/${folder}/socket.js`)].flatMap(
        (place) => [
          [`${place} SocketWithUpgrade`, NAMED_IN_DOCUMENTS],
          [`${place} SocketWithoutUpgrade`, NAMED_IN_DOCUMENTS],
        ],
      ),
    ),
  },
  {
    own: "@bowline/engine.io",
    official: "engine.io-v6",
    calls: [["Server"]],
    files: [
      ...["engine.io", "server", "socket", "transport", "userver", "transports/index"].map(
        (name) => `build/${name}.js`,
      ),
      "build/engine.io.d.ts",
    ],
    subpaths: ["package.json", "build/server.js", "wrapper.mjs"],
    missing: {
      "build/server.js BaseServer": INTERNAL,
      "build/transports/index.js": "nobody outside can load it: the table is in the package's value",
    },
    added: {},
  },
  {
    own: "@bowline/engine.io-parser",
    official: "engine.io-parser",
    dependent: "socket.io-client-v4",
    calls: [],
    files: ["build/cjs/index.js", "build/cjs/index.d.ts", "build/esm/index.d.ts"],
    subpaths: ["build/cjs/index.js"],
    missing: {},
    added: {},
  },
  {
    own: "@bowline/socket.io-parser",
    official: "socket.io-parser",
    dependent: "socket.io-v4",
    calls: [["Encoder"], ["Decoder"]],
    files: ["build/cjs/index.js", "build/cjs/index.d.ts", "build/esm/index.d.ts"],
    subpaths: ["build/cjs/index.js"],
    missing: {},
    added: {},
  },
  {
    own: "@bowline/socket.io-adapter",
    official: "socket.io-adapter",
    dependent: "socket.io-v4",
    calls: [["Adapter", { server: {} }]],
    files: [
      ...["index", "in-memory-adapter", "cluster-adapter", "contrib/yeast"].map(distFile),
      ...["index", "in-memory-adapter", "cluster-adapter"].map((name) => `dist/${name}.d.ts`),
    ],
    subpaths: ["package.json", "dist/index", "dist/in-memory-adapter.js", "dist/cluster-adapter"],
    missing: { "dist/contrib/yeast.js": INTERNAL },
    added: {},
  },
  parserSurface("@bowline/socket.io-msgpack-parser", "socket.io-msgpack-parser-v3", ["index.d.ts"]),
  parserSurface("@bowline/socket.io-json-parser", "socket.io-json-parser-v3"),
  parserSurface("@bowline/socket.io-msgpack-parser-v2", "socket.io-msgpack-parser-v2"),
  parserSurface("@bowline/socket.io-json-parser-v2", "socket.io-json-parser-v2"),
  {
    own: "@bowline/component-emitter",
    official: "@socket.io/component-emitter",
    calls: [["Emitter", {}]],
    files: ["lib/cjs/index.js", "lib/cjs/index.d.ts", "lib/esm/index.js", "lib/esm/index.d.ts"],
    subpaths: ["package.json", "lib/cjs", "lib/cjs/index.js", "lib/esm/index.js"],
    missing: {},
    added: {},
  },
  {
    own: "@bowline/component-emitter-v2",
    official: "component-emitter",
    calls: [["", {}]],
    files: ["index.js"],
    subpaths: ["package.json", "index"],
    missing: {},
    added: {},
  },
  {
    own: "@bowline/socket.io-v2",
    official: "socket.io-v2",
    calls: [[""], ["listen"]],
    files: ["index", "client", "namespace", "parent-namespace", "socket"].map(libFile),
    subpaths: ["package.json", "lib/index", "lib/socket", "lib/namespace.js"],
    missing: {},
    added: Object.fromEntries(
      ["cjs", "esm"].flatMap((side) => {
        const names = ["Server", "Namespace", "Socket", ...(side === "esm" ? ["listen"] : [])];
        return names.map((name) => [`${side} ${name}`, EVERY_GENERATION]);
      }),
    ),
  },
  {
    own: "@bowline/socket.io-client-v2",
    official: "socket.io-client-v2",
    calls: [
      ["", ...NO_PAGE],
      ["Manager", ...NO_PAGE],
      ["connect", ...NO_PAGE],
    ],
    files: [
      ...["index", "manager", "socket", "on", "url"].map(libFile),
      ...["socket.io.js", "socket.io.dev.js", "socket.io.slim.js", "socket.io.slim.dev.js"].flatMap((file) => [
        `dist/${file}`,
        `dist/${file}.map`,
      ]),
    ],
    subpaths: ["package.json", "lib/index", "lib/manager", "lib/socket.js", "lib/on", "dist/socket.io.js"],
    missing: { "lib/url.js": INTERNAL },
    added: { "cjs default": EVERY_GENERATION, "cjs io": EVERY_GENERATION, "esm io": EVERY_GENERATION },
  },
  {
    own: "@bowline/engine.io-client-v2",
    official: "engine.io-client",
    dependent: "socket.io-client-v2",
    calls: [
      ["", ...NOWHERE],
      ["Socket", ...NOWHERE],
    ],
    files: [
      ...["index", "socket", "transport", "transports/index", "transports/polling", "transports/polling-xhr"].map(
        libFile,
      ),
      ...["transports/polling-jsonp", "transports/websocket", "transports/xmlhttprequest", "globalThis"].map(libFile),
      "engine.io.js",
    ],
    subpaths: ["package.json", "lib/index", "lib/socket", "lib/transports", "lib/transports/websocket.js", "engine.io"],
    missing: {
      "cjs priorWebsocketSuccess": "it is there, but not as the class's own, since all engines of a process share it",
      "lib/globalThis.js": INTERNAL,
      "lib/transports/polling.js": NO_COMMON,
      "lib/transports/xmlhttprequest.js": INTERNAL,
    },
    added: {},
  },
  {
    own: "@bowline/engine.io-v2",
    official: "engine.io-v3",
    calls: [[""], ["Server"]],
    files: [
      ...["engine.io", "server", "socket", "transport", "transports/index", "transports/polling"].map(libFile),
      ...["transports/polling-xhr", "transports/polling-jsonp", "transports/websocket"].map(libFile),
    ],
    subpaths: ["package.json", "lib/engine.io", "lib/server", "lib/socket.js", "lib/transports"],
    missing: {},
    added: {},
  },
  {
    own: "@bowline/engine.io-parser-v2",
    official: "engine.io-parser",
    dependent: "socket.io-client-v2",
    calls: [],
    files: ["lib/index.js", "lib/browser.js", "lib/keys.js", "lib/utf8.js"],
    subpaths: ["package.json", "lib/index"],
    missing: {
      "lib/browser.js": "one file serves both, since bytes are put into the class that is there",
      "lib/keys.js": INTERNAL,
      "lib/utf8.js": INTERNAL,
    },
    added: {},
  },
  {
    own: "@bowline/socket.io-adapter-v2",
    official: "socket.io-adapter",
    dependent: "socket.io-v2",
    calls: [["", { server: {} }]],
    files: ["index.js"],
    subpaths: ["package.json", "index"],
    missing: {},
    added: {},
  },
  {
    own: "@bowline/socket.io-parser-v2",
    official: "socket.io-parser",
    dependent: "socket.io-v2",
    calls: [["Encoder"], ["Decoder"]],
    files: ["index.js", "binary.js", "is-buffer.js"],
    subpaths: ["package.json", "index"],
    missing: { "binary.js": INTERNAL, "is-buffer.js": INTERNAL },
    added: {},
  },
];

/** A parser for the option `parser`: one file. */
function parserSurface(own: string, official: string, files: readonly string[] = []): Surface {
  return {
    own,
    official,
    calls: [["Encoder"], ["Decoder"]],
    files: ["index.js", ...files],
    subpaths: ["package.json", "index"],
    missing: {},
    added: {},
  };
}

function cjsFile(name: string): string {
  return `build/cjs/${name}.js`;
}

function distFile(name: string): string {
  return `dist/${name}.js`;
}

function libFile(name: string): string {
  return `lib/${name}.js`;
}
