// What npm puts onto the disk for a package: it and all that it depends on.
// Place: package process -> **install size**
// Rules: the lengths of files, not the blocks of a disk; ours are counted as npm would pack them, since a checkout has more.
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { packageFolders, readManifest } from "../../../../tools/install-elsewhere.mjs";
import { runCommand } from "../../../../tools/run-command.mjs";

const MEGABYTE = 1e6;

function sizeOfFiles(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name === "node_modules") continue;
    bytes += entry.isDirectory() ? sizeOfFiles(path) : lstatSync(path).size;
  }
  return bytes;
}

/** npm tells what it would pack; nothing is written. */
async function sizeOfPacked(folder) {
  const npm = await runCommand("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", folder]);
  if (npm.code !== 0) throw new Error(`Cannot tell what npm would pack of "${folder}":\n${npm.output}`);
  return JSON.parse(npm.stdout)[0].unpackedSize;
}

/** @returns {Promise<{ megabytes: number, packages: number }>} */
async function sizeOf(name) {
  const folders = [...new Set(packageFolders(name, import.meta.dirname).map((folder) => realpathSync(folder)))];
  let bytes = 0;
  for (const folder of folders) {
    bytes += readManifest(folder).name.startsWith("@bowline/") ? await sizeOfPacked(folder) : sizeOfFiles(folder);
  }
  return { megabytes: bytes / MEGABYTE, packages: folders.length };
}

/** The figures of a server's and a client's package. */
export async function installSizes({ server, client }) {
  const [ofServer, ofClient] = [await sizeOf(server), await sizeOf(client)];
  return {
    serverMb: ofServer.megabytes,
    serverPackages: ofServer.packages,
    clientMb: ofClient.megabytes,
    clientPackages: ofClient.packages,
  };
}
