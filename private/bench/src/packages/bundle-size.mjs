// What a page loads for one import, as `npm run size` measures it.
// Place: package process -> **bundle size**

import { sizeOfBundle } from "../../../../tools/size.mjs";
import { ROWS } from "../../../../tools/size-rows.mjs";

const COLUMNS = { bowline: "ours", "socket.io 4.8": "official4", "socket.io 2.5": "official2" };

/** The compressed bundle of a peer in a row of the size table, in kilobytes of 1,000 bytes. */
export async function bundleSize(peer, file) {
  const { gzip } = await sizeOfBundle(ROWS.find((row) => row.file === file)[COLUMNS[peer]]);
  return { gzipKb: gzip / 1000 };
}
