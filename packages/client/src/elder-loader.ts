// Loads what servers of 2.x need, when a page meets the first of them.
// Place: part of the composition roots for pages, below **opening**.
// Rules: nothing is loaded for servers that speak the newer protocol; what came is kept for all connections of the page.

import type { Elder, ElderSource } from "./elder.ts";

/** Makes the source over one way to load it. */
export function elderLoadedBy(load: () => Promise<Elder>): ElderSource {
  let loaded: Elder | undefined;
  return (use, failed) => {
    if (loaded !== undefined) {
      use(loaded);
      return;
    }
    void load().then((elder) => {
      loaded = elder;
      use(elder);
    }, failed);
  };
}
