// Packages that the bench installs by itself, each in a folder of its own.
// Place: server process -> peer -> **installed package**
import { createRequire } from "node:module";
import { join } from "node:path";
import { benchFolder } from "../../../../tools/bench-packages.mjs";

/** What a package of a part exports. */
export const requireInstalled = (part, name) => createRequire(join(benchFolder(part), "package.json"))(name);
