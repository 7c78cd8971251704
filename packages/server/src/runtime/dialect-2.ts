// Where the program interface of 2.x comes in: the one file that knows both generations.
// Place: composition root (**API dialect**) -> server -> namespace -> socket
// Rules: runtimes hand this choice to their server; the core never sees what only programs of 2.x need.

import { dressAdapter } from "../legacy/adapter-views.ts";
import { LegacyNamespace } from "../legacy/legacy-namespace.ts";
import { LegacySocket } from "../legacy/legacy-socket.ts";
import { createObjectView, mapCollection } from "../legacy/object-view.ts";
import { createAdapter } from "../socket/adapter-choice.ts";
import { type ApiDialect, type ChooseDialect, chooseOrdinaryDialect } from "../socket/api-dialect.ts";
import { chooseProfile } from "../socket/profile.ts";

const DIALECT_2: ApiDialect = {
  profile: chooseProfile(2),
  chains: "main namespace",
  showMap: (map) => createObjectView(map, mapCollection(map)),
  createAdapter: (maker, namespace) =>
    dressAdapter(createAdapter(maker, namespace), (error) => namespace.surroundings.reportUncaught(error)),
  createNamespace: (...parts) => new LegacyNamespace(...parts),
  createSocket: (...parts) => new LegacySocket(...parts),
};

/** Chooses the dialect of a program's generation; with `compat: 2` that of 2.x, with all that later ones have. */
export const chooseDialect: ChooseDialect = (compat) => (compat === 2 ? DIALECT_2 : chooseOrdinaryDialect(compat));

export { LegacyNamespace, LegacySocket };
