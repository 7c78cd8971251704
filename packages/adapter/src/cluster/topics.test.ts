// Rules of topics: each is joined once on the bus, joins and leaves do not overtake each other, and nobody waits for ever.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { settle } from "../../test-support/bus-cluster.ts";
import type { BusStatus, Leave, Receive } from "./bus.ts";
import { Topics } from "./topics.ts";

/** Topics over a bus whose answers the test decides. */
function createScene() {
  const clock = createFakeClock();
  const done: string[] = [];
  const failures: unknown[] = [];
  const receivers = new Map<string, Receive>();
  const broker: { status: BusStatus; answer: () => Promise<void> } = { status: "up", answer: async () => undefined };
  const bus = {
    get status() {
      return broker.status;
    },
    async join(topic: string, receive: Receive): Promise<Leave> {
      done.push(`join ${topic}`);
      await broker.answer();
      receivers.set(topic, receive);
      return async () => {
        done.push(`leave ${topic}`);
        await broker.answer();
        receivers.delete(topic);
      };
    },
  };
  const topics = new Topics(bus, { clock, failed: (error) => void failures.push(error) });
  return { clock, broker, done, failures, receivers, topics };
}

const ignore: Receive = () => undefined;

describe("a topic", () => {
  it("is joined once, however many listen, and left with the last of them", async () => {
    const { topics, done } = createScene();
    const other: Receive = () => undefined;
    topics.join("t", ignore);
    topics.join("t", other);
    await settle();
    topics.leave("t", ignore);
    topics.leave("t", ignore);
    topics.leave("unknown", ignore);
    await settle();
    expect([done, topics.size]).toEqual([["join t"], 1]);
    topics.leave("t", other);
    await settle();
    expect([done, topics.size]).toEqual([["join t", "leave t"], 0]);
  });

  it("that is wanted no more while it is joined is left once it is", async () => {
    const { topics, broker, done } = createScene();
    let answer = (): void => undefined;
    broker.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    topics.join("t", ignore);
    topics.leave("t", ignore);
    broker.answer = async () => undefined;
    answer();
    await settle();
    expect([done, topics.size]).toEqual([["join t", "leave t"], 0]);
  });

  it("that the broker refuses is tried again each second, and told of while the broker is there", async () => {
    const { topics, broker, clock, done, failures } = createScene();
    broker.answer = () => Promise.reject(new Error("no"));
    topics.join("t", ignore);
    await settle();
    broker.answer = async () => undefined;
    clock.advance(1_000);
    await settle();
    expect([done, failures]).toEqual([["join t", "join t"], [new Error("no")]]);
  });

  it("has all its listeners told, also where one of them throws", async () => {
    const { topics, receivers, failures } = createScene();
    const heard: number[] = [];
    topics.join("t", () => {
      throw new Error("a mistake");
    });
    topics.join("t", (bytes) => void heard.push(bytes.length));
    await settle();
    receivers.get("t")?.(new Uint8Array(3));
    expect([heard, failures]).toEqual([[3], [new Error("a mistake")]]);
  });
});

describe("at the end", () => {
  it("all topics are left, one that is being joined as soon as it is, and none is joined any more", async () => {
    const { topics, broker, done } = createScene();
    topics.join("t", ignore);
    await settle();
    let answer = (): void => undefined;
    broker.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    topics.join("u", ignore);
    const answerJoin = answer;
    broker.answer = async () => undefined;
    await topics.close();
    answerJoin();
    topics.join("late", ignore);
    await settle();
    expect(done).toEqual(["join t", "join u", "leave t", "leave u"]);
  });

  it("what the broker refuses is tried no more, and nobody waits", async () => {
    const { topics, broker, clock } = createScene();
    let refuse = (): void => undefined;
    broker.answer = () =>
      new Promise((_, reject) => {
        refuse = () => reject(new Error("closed"));
      });
    topics.join("t", ignore);
    const waiting = topics.joined("t");
    await topics.close();
    refuse();
    await settle();
    expect([await waiting, clock.pendingTimers]).toEqual([undefined, 0]);
  });
});
