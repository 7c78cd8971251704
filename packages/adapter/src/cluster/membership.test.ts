// Rules of leases: who introduces itself is known until it is silent for too long, and names mean the same everywhere.
import { expect, it } from "vitest";
import { Membership } from "./membership.ts";

function createMembership() {
  const time = { now: 0 };
  return { time, peers: new Membership(1_000, () => time.now) };
}

it("of two nodes with one name the first in the order of ids has it, whoever came first", () => {
  const { peers } = createMembership();
  for (const id of ["b", "a", "c"]) peers.introduced({ id, name: "same" });
  peers.introduced({ id: "d", name: "other" });
  expect([peers.idOf("same"), peers.idOf("other"), peers.idOf("none")]).toEqual(["a", "d", undefined]);
  peers.gone("a");
  expect(peers.idOf("same")).toBe("b");
});

it("a lease ends after silence, and only who introduces itself begins one", () => {
  const { time, peers } = createMembership();
  expect([peers.introduced({ id: "a", name: "aaaa" }), peers.introduced({ id: "b", name: "bbbb" })]).toEqual([
    true,
    true,
  ]);
  time.now = 900;
  peers.heard("a");
  peers.heard("stranger");
  time.now = 1_500;
  expect(peers.expire()).toMatchObject([{ id: "b", name: "bbbb" }]);
  expect([peers.expire(), peers.size, peers.names(), peers.idOf("bbbb")]).toEqual([[], 1, ["aaaa"], undefined]);
});

it("all leases begin anew when nobody could be heard, and a name may change", () => {
  const { time, peers } = createMembership();
  peers.introduced({ id: "a", name: "aaaa" });
  expect(peers.idOf("aaaa")).toBe("a");
  time.now = 5_000;
  peers.renewAll();
  expect([peers.expire(), peers.introduced({ id: "a", name: "bbbb" })]).toEqual([[], false]);
  expect([peers.idOf("aaaa"), peers.idOf("bbbb"), peers.nameOf("a"), peers.ids()]).toEqual([
    undefined,
    "a",
    "bbbb",
    new Set(["a"]),
  ]);
});
