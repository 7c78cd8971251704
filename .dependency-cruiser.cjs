// The layer rules of ARCHITECTURE.md as far as they are about imports. Siblings and dependencies are matched by the
// specifier as it is written: resolution through a package's exports is switched off below, so what is built or installed
// on this machine does not matter. What is not an import (timers, Date.now, Math.random) is checked by biome.json and
// tools/check-layers.mjs.

const SOURCE = "^packages/[^/]+/src/";
const ROOTS = "^packages/.+/(entry|runtime)/"; // the composition roots
const EMITTER = "^packages/server/src/socket/emitter[.]ts$";
const HIDDEN_DECODERS = "^private/testkit/suites/fuzz/hidden-decoders[.]ts$"; // docs/decisions/0033-fuzzing.md
const TESTS = "[.](test|test-d|bench)[.]ts$";
const PLATFORM = "^(ws|bun|deno)(/|:|$)|^(npm|jsr|https?):|node_modules/ws/"; // Node's own modules are the type "core"

module.exports = {
  forbidden: [
    {
      name: "protocol-imports-nothing-outside-itself",
      severity: "error",
      comment: "The protocol package is pure: no Node module, no dependency, no sibling.",
      from: { path: "^packages/protocol/src/", pathNot: TESTS },
      to: { pathNot: "^packages/protocol/src/" },
    },
    {
      name: "protocol-engine-and-socket-are-strangers",
      severity: "error",
      comment: "The engine dialects and the socket dialects meet only in the client and the server.",
      from: { path: "^packages/protocol/src/(engine|socket)/", pathNot: TESTS },
      to: { path: "^packages/protocol/src/(engine|socket)/", pathNot: "^packages/protocol/src/$1/" },
    },
    {
      name: "node-only-in-composition-roots",
      severity: "error",
      comment: "Only runtime/ and entry/ import Node's modules. Hand in what you need.",
      from: { path: SOURCE, pathNot: [ROOTS, TESTS, EMITTER] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "node-only-in-composition-roots",
      severity: "error",
      comment: "The namespaces' event emitter may build on node:events and on nothing else of Node.",
      from: { path: EMITTER },
      to: { dependencyTypes: ["core"], pathNot: "^events$" },
    },
    {
      name: "platform-only-in-composition-roots",
      severity: "error",
      comment: "Only runtime/ and entry/ import ws, Bun or Deno. Hand in what you need.",
      from: { path: SOURCE, pathNot: [ROOTS, TESTS] },
      to: { path: PLATFORM },
    },
    {
      name: "engine-never-imports-socket",
      severity: "error",
      comment: "The engine carries bytes and knows nothing about namespaces, events or rooms.",
      from: { path: "^packages/[^/]+/src/engine/", pathNot: TESTS },
      to: { path: "^packages/[^/]+/src/socket/" },
    },
    {
      name: "cluster-never-imports-a-broker",
      severity: "error",
      comment: "Cluster logic is written once, over the Bus.",
      from: { path: "^packages/adapter/src/cluster/" },
      to: {
        path: "^(?:ioredis|redis|@redis/|pg|@nats-io/|nats|node:cluster|@bowline/(?:redis|postgres|nats|node-cluster))",
      },
    },
    {
      name: "legacy-only-through-dialect-2",
      severity: "error",
      comment: "legacy/ holds what only 2.x programs need; only the composition that dialect 2 selects may load it.",
      from: { path: "^(?:packages|private)/", pathNot: ["/src/legacy/", "/src/(?:socket|runtime)/dialect-2[.]ts$"] },
      to: { path: "/src/legacy/" },
    },
    {
      name: "no-cycles",
      severity: "error",
      // Types may refer to each other: a socket has its namespace, a namespace its sockets, and no load order is at stake.
      comment: "A cycle means that two files are one thing, or that a third one is missing.",
      from: { path: "^packages/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-source-of-another-package",
      severity: "error",
      comment: "Packages meet at their public entry points, not inside each other's src/.",
      from: { path: "^(?:packages|private)/([^/]+)/", pathNot: HIDDEN_DECODERS },
      to: { path: SOURCE, pathNot: "^packages/$1/src/" },
    },
    {
      name: "siblings-by-their-public-names",
      severity: "error",
      comment: "@bowline/protocol/internal is the one inner door, and only for siblings.",
      from: { path: "^(?:packages|private|aliases)/" },
      to: {
        path: "^@bowline/[^/]+/(?!internal$|parser-api$|compat-2$|debug$|engine/compat-2$|package[.]json$|engine$|msgpack$|explain$|json$|jsonp$|bun$|deno$|uws$|sharded$|streams$|emitter$|sticky$|cluster$|jetstream$)",
      },
    },
    {
      name: "aliases-only-re-export",
      severity: "error",
      comment: "An alias has files of its own and what the core packages offer; logic belongs into the core.",
      from: { path: "^aliases/" },
      to: { pathNot: ["^@bowline/(?:protocol|client|server|adapter|node-cluster)(?:/|$)", "^aliases/([^/]+/[^/]+)/"] },
    },
    {
      name: "aliases-know-no-other-alias",
      severity: "error",
      comment: "Each alias is installed alone.",
      from: { path: "^aliases/([^/]+/[^/]+)/" },
      to: { path: "^aliases/", pathNot: "^aliases/$1/" },
    },
    {
      name: "core-knows-no-alias",
      severity: "error",
      comment: "The core packages do not know under which names they are used.",
      from: { path: "^packages/" },
      to: { path: ["^aliases/", "^@bowline/(?:socket[.]io|engine[.]io)"] },
    },
    {
      name: "entry-and-runtime-are-the-outside",
      severity: "error",
      comment: "A composition root puts the parts together; a part that imports it looks outwards.",
      from: { path: SOURCE, pathNot: [ROOTS, TESTS, "^packages/[^/]+/src/index[.]ts$"] },
      to: { path: ROOTS, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-test-code-in-the-library",
      severity: "error",
      comment: "Library code does not import tests, the testkit or development dependencies.",
      from: { path: SOURCE, pathNot: TESTS },
      to: { path: ["^private/", "^@bowline/testkit", TESTS, "^vitest"] },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "^packages/[^/]+/dist(?:[.](?:next|old))?/"] },
    exclude: {
      path: [
        "^(?:packages|private)/.*/dist(?:[.](?:next|old))?/",
        "^aliases/.*/(?:socket|engine)[.]io-client[^/]*/(?:dist/|engine[.]io[.]js)",
        "/client-dist/",
      ],
    },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["none"],
      extensions: [".ts", ".mjs", ".js", ".cjs", ".d.ts"],
    },
    moduleSystems: ["es6", "cjs", "tsd"],
  },
};
