// Rules of replays that are cut off: what a client has got of one is not sent to it again before it has told so.
import { describe, expect, it } from "vitest";
import { createServer, loseClient, offsetOf, readReply } from "../../test-support/recovery-scene.ts";

describe("an official client that is lost again in the middle of what it missed", () => {
  /** It shows the same offset as before: what it has got of the replay waits in its buffer. */
  function loseInReplay() {
    const server = createServer();
    const { claim, ...known } = loseClient(server);
    server.io.emit("second");
    const half = server.connect();
    half.send(claim);
    half.vanish();
    const client = server.connect();
    client.send(claim);
    return { ...server, ...known, claim, client };
  }

  it("is answered without it, and comes again once it has read that", () => {
    const { connect, claim, client, sid, pid, sockets } = loseInReplay();
    const answer = `0${JSON.stringify({ sid, pid })}`;
    expect(client.take()).toEqual([answer, "2"]);
    // The first pong may be that of an earlier ping.
    client.port.receive("3");
    expect([client.take(), client.port.closes]).toEqual([["2"], 0]);
    client.port.receive("3");
    client.take();
    expect([client.port.closes, sockets.length]).toEqual([1, 2]);
    const again = connect();
    again.send(claim);
    expect(again.take()).toEqual([expect.stringMatching(/^2\["second","/), answer]);
  });

  it("has read it also where it says something itself", () => {
    const { connect, claim, client } = loseInReplay();
    client.take();
    client.send('2["greeting"]');
    client.take();
    expect(client.port.closes).toBe(1);
    const again = connect();
    again.send(claim);
    expect(again.take()).toHaveLength(2);
  });

  it("is answered so once more where nobody knows whether it has read that", () => {
    const { connect, claim, client } = loseInReplay();
    client.take();
    client.vanish();
    const again = connect();
    again.send(claim);
    expect(again.take()).toEqual([expect.stringMatching(/^0/), "2"]);
  });

  it("gets what is left where it shows a later offset", () => {
    const { io, connect, pid, offset, claim } = loseInReplay();
    io.emit("third");
    const client = connect();
    client.send(claim);
    client.take();
    client.port.receive("3", "3");
    const later = `${offset.slice(0, -1)}2`;
    const again = connect();
    again.send(`0${JSON.stringify({ pid, offset: later })}`);
    expect(again.take()).toEqual([expect.stringMatching(/^2\["third","/), expect.stringMatching(/^0/)]);
  });

  it("empties the buffers of its namespaces one after the other", () => {
    const { io, connect } = createServer();
    const names = ["/", "/desk"] as const;
    const join = (name: string, claim = ""): string => (name === "/" ? `0${claim}` : `0${name},${claim}`);
    const first = connect();
    for (const name of names) io.of(name).on("connection", () => undefined);
    first.send(...names.map((name) => join(name)));
    const replies = first.take().map(readReply);
    for (const name of names) io.of(name).emit("first");
    const offsets = first.take().map(offsetOf);
    first.vanish();
    for (const name of names) io.of(name).emit("second");
    const claims = names.map((name, at) => join(name, JSON.stringify({ pid: replies[at]?.pid, offset: offsets[at] })));
    const half = connect();
    half.send(...claims);
    half.vanish();
    const client = connect();
    client.send(...claims);
    const kinds = (): string[] => client.take().map((frame) => String(frame).slice(0, 2));
    expect(kinds()).toEqual(["0{", "2", "0/"]);
    client.port.receive("3");
    expect(kinds()).toEqual(["2"]);
    client.port.receive("3");
    expect([kinds(), client.port.closes]).toEqual([[], 1]);
    const again = connect();
    again.send(...claims);
    const events = again.take().filter((frame) => String(frame).includes("second"));
    expect(events).toEqual([expect.stringMatching(/^2\["second","/)]);
  });
});
