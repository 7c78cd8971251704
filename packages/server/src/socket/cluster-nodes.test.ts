// Rules of what the engine knows of a cluster.
import { expect, it } from "vitest";
import { ClusterNodes, type NodesOfCluster } from "./cluster-nodes.ts";

function createCluster(maxMessageBytes = 1000) {
  const receivers = new Map<string, (bytes: Uint8Array, from: string) => void>();
  const gone = new Set<(node: string) => void>();
  const sent: unknown[] = [];
  const cluster: NodesOfCluster = {
    name: "aaaa",
    nodes: ["bbbb"],
    bus: { maxMessageBytes },
    send: (node, kind) => {
      sent.push([node, kind]);
      return node === "bbbb" ? Promise.resolve() : Promise.reject(new Error("no such node"));
    },
    receive(kind, receiver) {
      if (receivers.has(kind)) throw new TypeError("somebody does already");
      receivers.set(kind, receiver);
      return () => void receivers.delete(kind);
    },
    onGone(listener) {
      gone.add(listener);
      return () => void gone.delete(listener);
    },
  };
  return { nodes: new ClusterNodes(cluster), receivers, gone, sent };
}

it("a link tells the node's name and knows the others", () => {
  const link = createCluster().nodes.link();
  expect([link.name, link.knows("bbbb"), link.knows("cccc")]).toEqual(["aaaa", true, false]);
});

it("a message has room for what the cluster puts around it, and never keeps others waiting for long", () => {
  expect(createCluster(1000).nodes.link().maxMessageBytes).toBe(488);
  expect(createCluster(Number.POSITIVE_INFINITY).nodes.link().maxMessageBytes).toBe(262_144);
});

it("what cannot be sent is told as a value", async () => {
  const link = createCluster().nodes.link();
  expect([await link.send("bbbb", "k", new Uint8Array()), await link.send("cccc", "k", new Uint8Array())]).toEqual([
    undefined,
    new Error("no such node"),
  ]);
});

it("an engine that takes the place of another one takes over what comes in", () => {
  const { nodes, receivers, gone } = createCluster();
  const heard: string[] = [];
  for (const name of ["first", "second"]) {
    const link = nodes.link();
    link.receive("k", () => heard.push(name));
    link.onGone(() => heard.push(`${name} gone`));
  }
  receivers.get("k")?.(new Uint8Array(), "bbbb");
  for (const tell of gone) tell("bbbb");
  expect(heard).toEqual(["second", "second gone"]);
});
