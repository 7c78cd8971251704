// Tells which packages a program has loaded: to the process that started it when that asks, and in a file at the end.
// Place: loaded before the program with `--require`; it changes nothing that the program can see.
const { isWorker } = require("node:cluster");
const { readFileSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

/** The nearest manifest above a file that names a package. */
function packageOf(file) {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (name !== undefined && version !== undefined) return { name, version, folder };
    } catch {
      // none here
    }
  }
  return undefined;
}

function loadedPackages() {
  const found = new Map();
  for (const file of Object.keys(require.cache)) {
    const loaded = file.includes("node_modules") ? packageOf(file) : undefined;
    if (loaded !== undefined) found.set(loaded.folder, loaded);
  }
  return [...found.values()];
}

// The channel of a worker is that of its cluster, and is what keeps it alive.
if (!isWorker) {
  process.on("message", (message) => {
    if (message === "Which packages are loaded?") process.send(loadedPackages());
  });
  process.channel?.unref();
}

const file = process.env.BOWLINE_LOADED_FILE;
if (file !== undefined && !isWorker) process.on("exit", () => writeFileSync(file, JSON.stringify(loadedPackages())));
