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
async function sizeOfPacked(folders) {
  if (folders.length === 0) return 0;
  const npm = await runCommand("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", ...folders]);
  if (npm.code !== 0) throw new Error(`Cannot tell what npm would pack of "${folders.join('", "')}":\n${npm.output}`);
  return sum(JSON.parse(npm.stdout).map(({ unpackedSize }) => unpackedSize));
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** @returns {Promise<{ megabytes: number, packages: number }>} */
async function sizeOf(name) {
  const folders = [...new Set(packageFolders(name, import.meta.dirname).map((folder) => realpathSync(folder)))];
  const isOurs = (folder) => readManifest(folder).name.startsWith("@bowline/");
  const packed = await sizeOfPacked(folders.filter(isOurs));
  const installed = sum(folders.filter((folder) => !isOurs(folder)).map(sizeOfFiles));
  return { megabytes: (packed + installed) / MEGABYTE, packages: folders.length };
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
