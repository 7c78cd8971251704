// Rules of the nodes of a cluster: all are reached before somebody sends, and none is waited for that cannot be.
import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { ClusterNodes } from "./cluster-nodes.ts";

class FakeNode extends EventEmitter {
  status = "wait";
  readonly connect = vi.fn(() => Promise.reject(new Error("is connecting already")));
}

function createNodes(...there: readonly FakeNode[]) {
  const client = Object.assign(new EventEmitter(), {
    status: "ready",
    publish: vi.fn(),
    psubscribe: vi.fn(),
    nodes: () => there,
  });
  const nodes = new ClusterNodes(client);
  const told: boolean[] = [];
  const stop = nodes.onChange(() => told.push(nodes.areReached));
  return { client, nodes, told, stop };
}

test("nodes that are there, and those that come, are connected and waited for", async () => {
  const [early, late, known] = [new FakeNode(), new FakeNode(), new FakeNode()];
  known.status = "ready";
  const { client, nodes, told } = createNodes(early, known);
  expect([nodes.areReached, early.connect.mock.calls.length, known.connect.mock.calls.length]).toEqual([false, 1, 0]);
  early.emit("ready");
  client.emit("+node", late);
  client.emit("+node", known);
  expect([nodes.areReached, late.connect.mock.calls.length]).toEqual([false, 1]);
  late.emit("ready");
  expect([nodes.areReached, told]).toEqual([true, [true, true]]);
});

test.each(["close", "end"])("a node that cannot be reached is waited for no longer: %s", (event) => {
  const node = new FakeNode();
  const { nodes, stop, told } = createNodes(node);
  stop();
  node.emit(event);
  expect([nodes.areReached, told]).toEqual([true, []]);
});

test("a node that goes before it was reached is waited for no longer, and each is waited for once", () => {
  const node = new FakeNode();
  const { client, nodes, told } = createNodes(node);
  client.emit("-node", node);
  node.emit("ready");
  node.emit("close");
  expect([nodes.areReached, told]).toEqual([true, [true]]);
});
