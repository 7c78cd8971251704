// Rules of broadcasts that ask for answers.
// Place: adapter suite -> **rules** -> stage

import type { BroadcastTimeoutError } from "@bowline/server";
import { expect } from "vitest";
import type { Rule } from "../rule.ts";

type Answer = (...args: unknown[]) => void;

export const ANSWERING: readonly Rule[] = [
  {
    name: "clients of all servers answer a broadcast",
    async play(stage) {
      for (const [index, client] of (await stage.joinAll("answering")).entries()) {
        client.on("ask", (value: number, answer: Answer) => answer(value + index, "more"));
      }
      const answers: unknown[] = await stage.ioAt(0).to("answering").timeout(10_000).emitWithAck("ask", 5);
      expect([...answers].sort()).toEqual([5, 6, 7]);
      expect(await stage.ioAt(0).to("nobody").timeout(10_000).emitWithAck("ask", 5)).toEqual([]);
    },
  },
  {
    name: "questions and answers may be bytes",
    async play(stage) {
      for (const client of await stage.joinAll("bytes")) {
        client.on("ask", (bytes: Buffer, answer: Answer) => answer(Buffer.from([...bytes, 9])));
      }
      const answers = stage
        .ioAt(2)
        .to("bytes")
        .timeout(10_000)
        .emitWithAck("ask", Buffer.from([1]));
      expect(await answers).toEqual(Array.from({ length: 3 }, () => Buffer.from([1, 9])));
    },
  },
  {
    name: "a socket asks everybody else, and a callback takes the answers",
    async play(stage) {
      const all = await stage.joinAll("asking");
      for (const [index, client] of all.entries()) client.on("ask", (answer: Answer) => answer(index));
      const asker = stage.ioAt(1).sockets.sockets.get(all[1]?.id ?? "");
      const told = await new Promise((resolve) => {
        asker
          ?.to("asking")
          .timeout(10_000)
          .emit("ask", (error: unknown, answers: unknown[]) => resolve([error, [...answers].sort()]));
      });
      expect(told).toEqual([null, [0, 2]]);
    },
  },
  {
    name: "a broadcast that one client does not answer ends when the time is up, with the answers of the others",
    async play(stage) {
      const all = await stage.joinAll("half");
      for (const client of all.slice(1)) client.on("ask", (answer: Answer) => answer("here"));
      const failure = await stage
        .ioAt(0)
        .to("half")
        .timeout(1000)
        .emitWithAck("ask")
        .catch((error: BroadcastTimeoutError) => error);
      expect(failure).toMatchObject({ message: "operation has timed out", responses: ["here", "here"] });
    },
  },
  {
    name: "many questions at a time each get their own answers",
    async play(stage) {
      for (const [index, client] of (await stage.joinAll("busy")).entries()) {
        client.on("ask", (value: number, answer: Answer) => answer(value * 10 + index));
      }
      const questions = Array.from({ length: 30 }, (_, question) => question);
      const asked = questions.map((question) =>
        stage
          .ioAt(question % 3)
          .to("busy")
          .timeout(10_000)
          .emitWithAck("ask", question),
      );
      const answers: unknown[][] = await Promise.all(asked);
      const expected = questions.map((question) => [0, 1, 2].map((index) => question * 10 + index));
      expect(answers.map((some) => [...some].sort((a, b) => Number(a) - Number(b)))).toEqual(expected);
    },
  },
];
