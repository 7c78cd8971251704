// Rules of recovery for clients that nothing was sent to for long, while the events of others came and went.
// Source: docs/protocol/socket-5.md, "Recovery"
import type { FakeClient } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { createServer, join, offsetOf, type RecoveryScene, readReply } from "../../test-support/recovery-scene.ts";

const PING_INTERVAL_MS = 25_000;

/** Lets a ping come, and answers it. */
function answerPing(clock: RecoveryScene["clock"], client: FakeClient): void {
  clock.advance(PING_INTERVAL_MS);
  client.take();
  client.port.receive("3");
}

/** A client that has got an event, and answered pings for four minutes, in which others were sent some. */
function idle(scene: RecoveryScene) {
  const { io, clock, connect } = scene;
  const client = connect();
  const { sid, pid } = join(client);
  io.emit("first");
  const offset = offsetOf(client.take()[0]);
  for (let count = 0; count < 10; count++) {
    io.to("elsewhere").emit("noise");
    answerPing(clock, client);
  }
  return { client, sid, pid, claim: `0${JSON.stringify({ pid, offset })}` };
}

/** Comes back. @returns what was missed, and the session. */
function comeBack({ connect }: RecoveryScene, claim: string) {
  const client = connect();
  client.send(claim);
  const frames = client.take();
  return { client, ...readReply(frames.at(-1)), missed: frames.slice(0, -1).map((frame) => String(frame).slice(0, 9)) };
}

describe("a client that nothing was sent to for long", () => {
  it("has its session back, though events of others behind its offset have gone", () => {
    const scene = createServer();
    const { client, sid, claim } = idle(scene);
    client.vanish();
    scene.io.emit("later");
    expect(comeBack(scene, claim)).toMatchObject({ sid, missed: ['2["later"'] });
  });

  it("has it back again when it is cut off before the next ping", () => {
    const scene = createServer();
    const { client, sid, claim } = idle(scene);
    client.vanish();
    comeBack(scene, claim).client.vanish();
    scene.io.emit("later");
    expect(comeBack(scene, claim)).toMatchObject({ sid, missed: ['2["later"'] });
  });

  it("begins anew where something for it may be among those that have gone", () => {
    const scene = createServer({ connectionStateRecovery: { maxLogBytes: 5000 } });
    const { client, sid, claim } = idle(scene);
    scene.io.emit("unheard");
    client.vanish();
    for (let count = 0; count < 10; count++) scene.io.to("elsewhere").emit("noise");
    expect(comeBack(scene, claim).sid).not.toBe(sid);
  });
});

describe("a ping that was answered before the session was asked for", () => {
  it("says nothing of what the client had missed", () => {
    const scene = createServer({ connectionStateRecovery: { maxLogBytes: 5000 } });
    const first = scene.connect();
    const { sid, pid } = join(first);
    scene.io.emit("first");
    const claim = `0${JSON.stringify({ pid, offset: offsetOf(first.take()[0]) })}`;
    first.vanish();
    scene.io.emit("missed");
    const second = scene.connect();
    answerPing(scene.clock, second);
    second.send(claim);
    expect(second.take().at(-1)).toContain(sid);
    second.vanish();
    // So many that what was missed is the last to have gone.
    for (let count = 0; count < 3; count++) scene.io.to("elsewhere").emit("noise");
    expect(comeBack(scene, claim).sid).not.toBe(sid);
  });
});
