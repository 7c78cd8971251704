// Rules of the way between two engines: few messages, in order, no more at once than the cluster has room for.
import { createFakePlatform } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { OwnerMessage } from "./forward-message.ts";
import { decodeForOwner } from "./forward-message.ts";
import { TO_OWNER } from "./node-link.ts";
import { NodePost } from "./node-post.ts";

const MIB = 1024 * 1024;

/** A post whose link takes what it is given, and says when. */
function createScene({ maxMessageBytes = MIB, limit = 100 * MIB, platform = createFakePlatform() } = {}) {
  const sent: { readonly node: string; readonly bytes: Uint8Array; readonly settle: (error?: Error) => void }[] = [];
  const receivers = new Map<string, (bytes: Uint8Array, from: string) => void>();
  const goneListeners: ((node: string) => void)[] = [];
  const post = new NodePost({
    platform,
    maxMessageBytes: limit,
    link: {
      name: "aaaa",
      maxMessageBytes,
      knows: () => true,
      send: (node, _kind, bytes) => new Promise((resolve) => sent.push({ node, bytes, settle: resolve })),
      receive: (kind, listener) => void receivers.set(kind, listener),
      onGone: (listener) => void goneListeners.push(listener),
    },
  });
  const receive = (bytes: Uint8Array): void => receivers.get(TO_OWNER)?.(bytes, "bbbb");
  const heard: OwnerMessage[] = [];
  post.open<OwnerMessage>({
    kind: TO_OWNER,
    decode: decodeForOwner,
    take: (_node, message) => void heard.push(message),
    gone: (node) => {
      throw new Error(`${node} has gone`);
    },
  });
  return {
    platform,
    post,
    sent,
    heard,
    gone(node: string): void {
      for (const listener of goneListeners) listener(node);
    },
    receive,
    /** What was sent arrives here. */
    arrive(): void {
      for (const { bytes } of sent) receive(bytes);
    },
    sentBytes: () => sent.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
    async settle(error?: Error): Promise<void> {
      for (const { settle } of sent.splice(0)) settle(error);
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

function frames(id: number, bytes: number): OwnerMessage {
  return { type: "frames", id, sequence: 0, frames: [{ data: new Uint8Array(bytes), compress: false }] };
}

describe("what is sent in one turn", () => {
  it("is one message for each node, whoever sent it", () => {
    const { post, platform, sent, heard, arrive } = createScene();
    const ids = Array.from({ length: 100 }, (_, id) => id);
    for (const id of ids) post.toOwner("bbbb", { type: "gone", id });
    post.toOwner("cccc", { type: "gone", id: 7 });
    platform.clock.endTurn();
    expect(sent.map(({ node }) => node)).toEqual(["bbbb", "cccc"]);
    sent.pop();
    arrive();
    expect(heard.map(({ id }) => id)).toEqual(ids);
  });

  it("is several where it is longer than one may be, in order", () => {
    const { post, platform, sent, heard, arrive } = createScene({ maxMessageBytes: 1000 });
    for (const [id, bytes] of [10, 900, 20, 5000, 30].entries()) post.toOwner("bbbb", frames(id, bytes));
    platform.clock.endTurn();
    expect(sent.every(({ bytes }) => bytes.byteLength <= 1000)).toBe(true);
    arrive();
    expect(heard.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
  });

  it("is told as lost to each who sent it, once", async () => {
    const { post, platform, settle } = createScene({ maxMessageBytes: 1000 });
    const failures: string[] = [];
    post.toOwner("bbbb", frames(1, 5000), ({ message }) => failures.push(`one: ${message}`));
    post.toOwner("bbbb", { type: "gone", id: 2 }, ({ message }) => failures.push(`two: ${message}`));
    platform.clock.endTurn();
    await settle(new Error("The broker is away"));
    expect([failures, post.unsentBytes]).toEqual([["one: The broker is away", "two: The broker is away"], 0]);
  });
});

describe("what the broker does not take", () => {
  it("waits here, but for four MiB, and goes on in order", async () => {
    const { post, platform, sent, sentBytes, settle } = createScene({ maxMessageBytes: MIB / 4 });
    for (const id of [1, 2, 3]) post.toOwner("bbbb", frames(id, 5 * MIB));
    platform.clock.endTurn();
    const first = sentBytes();
    expect([first >= 4 * MIB, first < 5 * MIB, post.unsentBytes > 15 * MIB]).toEqual([true, true, true]);
    let total = first;
    for (let round = 0; round < 10 && sent.length > 0; round++) {
      await settle();
      expect(sentBytes()).toBeLessThan(5 * MIB);
      total += sentBytes();
    }
    expect([total > 15 * MIB, post.unsentBytes]).toEqual([true, 0]);
  });

  it("is not given the rest of a message that has lost a part", async () => {
    const { post, platform, sent, settle } = createScene({ maxMessageBytes: MIB / 4 });
    post.toOwner("bbbb", frames(1, 20 * MIB));
    post.toOwner("bbbb", { type: "gone", id: 2 });
    platform.clock.endTurn();
    await settle(new Error("The broker is away"));
    expect(sent).toHaveLength(1);
    await settle();
    expect(post.unsentBytes).toBe(0);
  });
});

describe("what arrives", () => {
  it("and is longer than the limit is not believed", () => {
    const { post, platform, heard, arrive } = createScene({ maxMessageBytes: 1000, limit: 3000 });
    post.toOwner("bbbb", frames(1, 5000));
    post.toOwner("bbbb", { type: "gone", id: 2 });
    platform.clock.endTurn();
    arrive();
    expect(heard).toEqual([{ type: "gone", id: 2 }]);
  });

  it("is numbered beyond what an earlier engine of the node has sent", () => {
    const platform = createFakePlatform();
    const [earlier, here] = [createScene({ platform }), createScene()];
    earlier.post.toOwner("bbbb", { type: "gone", id: 1 });
    platform.clock.endTurn();
    platform.clock.advance(1);
    const later = createScene({ platform });
    later.post.toOwner("bbbb", { type: "gone", id: 2 });
    platform.clock.endTurn();
    for (const { bytes } of [...earlier.sent, ...later.sent, ...earlier.sent]) here.receive(bytes);
    expect(here.heard.map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe("what a program throws over a node that has gone", () => {
  it("is the platform's to report", () => {
    const { gone, platform } = createScene();
    gone("bbbb");
    expect(platform.uncaught).toEqual([new Error("bbbb has gone")]);
  });
});
