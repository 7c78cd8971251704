// Rules of sessions in memory: which events have offsets and are kept, and what a session gets when it comes back.
import { describe, expect, it, vi } from "vitest";
import { createFakeNamespace } from "../test-support/fake-namespace.ts";
import type { BroadcastPacket } from "./contract.ts";
import { SessionAwareAdapter } from "./session-aware-adapter.ts";

const PACKET: BroadcastPacket = { type: 2, data: ["a"] };
const SESSION = { sid: "x", pid: "p", rooms: ["x", "a"], data: {} };

function rooms(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names);
}

function createKeeper() {
  const namespace = createFakeNamespace();
  return { adapter: new SessionAwareAdapter(namespace.nsp), ...namespace };
}

describe("an adapter with memory for sessions", () => {
  it("gives every event an offset, and volatile ones that of the event before", () => {
    const { adapter, offsets } = createKeeper();
    void adapter.broadcast(PACKET, { rooms: rooms(), flags: { volatile: true } });
    void adapter.broadcast(PACKET, { rooms: rooms() });
    void adapter.broadcast(PACKET, { rooms: rooms(), flags: { volatile: true } });
    void adapter.broadcast(PACKET, { rooms: rooms() });
    const epoch = offsets[0]?.slice(0, -2);
    expect(offsets).toEqual([`${epoch}.0`, `${epoch}.1`, `${epoch}.1`, `${epoch}.2`]);
    expect([epoch?.length, adapter.marksEvents]).toEqual([6, true]);
  });

  it("gives events that want an ack none", () => {
    const { adapter, offsets } = createKeeper();
    adapter.broadcastWithAck(PACKET, { rooms: rooms() }, vi.fn(), vi.fn());
    expect(offsets).toEqual([undefined]);
  });

  it("brings a session back with what its rooms got since", () => {
    const { adapter, offsets } = createKeeper();
    void adapter.addAll("x", rooms("x", "a", "b"));
    void adapter.del("x", "b");
    void adapter.broadcast(PACKET, { rooms: rooms("x") });
    void adapter.persistSession(SESSION);
    adapter.delAll("x");
    void adapter.broadcast(PACKET, { rooms: rooms("a") });
    void adapter.broadcast(PACKET, { rooms: rooms("b") });
    const [before = "", missed] = offsets;
    expect(adapter.restoreSession("p", before)).toMatchObject({ sid: "x", missedPackets: [[["a"], missed]] });
  });

  it("forgets sessions when the server ends", () => {
    const { adapter, offsets } = createKeeper();
    void adapter.broadcast(PACKET, { rooms: rooms() });
    void adapter.persistSession(SESSION);
    void adapter.close();
    expect(adapter.restoreSession("p", offsets[0] ?? "")).toBeUndefined();
  });

  it("keeps them for as long as the server says", () => {
    const sessions = { maxDisconnectionDurationMs: 10, retentionMs: 20, maxLogBytes: 1e6 };
    const { nsp, clock, offsets } = createFakeNamespace({ sessions });
    const adapter = new SessionAwareAdapter(nsp);
    void adapter.broadcast(PACKET, { rooms: rooms() });
    void adapter.persistSession(SESSION);
    clock.advance(11);
    expect(adapter.restoreSession("p", offsets[0] ?? "")).toBeUndefined();
  });
});
