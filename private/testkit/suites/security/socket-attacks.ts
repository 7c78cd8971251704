// Attacks on the packets of Socket.IO: names of events, attachments, namespaces.
// Place: attacker -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Source: docs/protocol/socket-5.md and socket-4.md, "Decoding"

import { frame, joinByWebSocket } from "../hostile/raw-websocket.ts";
import type { Revision } from "../hostile/traffic.ts";
import { type Attack, firstOf, isDismissed } from "./attack.ts";

const BOTH: readonly Revision[] = [3, 4];
const BYTES = Uint8Array.of(1, 2, 3);

function attachment(revision: Revision): Buffer {
  return frame(revision === 3 ? Uint8Array.of(4, ...BYTES) : BYTES);
}

/** What no index of an attachment is, as JSON. */
const BAD_NUMBERS = [
  '"slice"',
  '"__proto__"',
  '"constructor"',
  "-1",
  "1",
  "0.5",
  "1e99",
  '"0"',
  "[0]",
  "{}",
  "null",
  "true",
];

/** What no name of an event is, as JSON. */
const BAD_NAMES = ['{"toString":"a"}', '{"length":1,"toString":{}}', "[]", '["echo"]', "null", "true"];

const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/** The attacks. */
export const SOCKET_ATTACKS: readonly Attack[] = [
  {
    name: 'an event "error" that nobody listens for harms nobody',
    ids: ["CVE-2024-38355"],
    revisions: BOTH,
    holed: { server: "socket.io 4.6.1", revision: 4 },
    play: async ({ port }, revision) => {
      const webSocket = await joinByWebSocket(port, revision);
      webSocket.write(frame('42["error","boom"]'), frame('421["echo","on"]'));
      const goesOn = await webSocket.heard(/^431\["on"\]/);
      webSocket.connection.socket.destroy();
      return goesOn ? undefined : "the connection does not go on";
    },
  },
  {
    name: "every mutation of one byte of an event harms nobody",
    ids: ["CVE-2024-38355"],
    revisions: BOTH,
    play: async ({ port }, revision) => {
      const valid = Buffer.from('42["echo",{"a":[1]}]');
      for (let at = 0; at < valid.length; at++) {
        const webSocket = await joinByWebSocket(port, revision);
        // Each change is heard until one ends the connection, so that most values of a byte come to be heard.
        for (const value of [
          0,
          0x1e,
          0x22,
          0x2c,
          0x2d,
          0x2f,
          0x30,
          0x35,
          0x5b,
          0x5d,
          0x7b,
          0x7d,
          valid.readUInt8(at) ^ 1,
        ]) {
          const mutated = Buffer.from(valid);
          mutated[at] = value;
          webSocket.write(frame(mutated.toString("latin1")));
        }
        await webSocket.connection.quiet(undefined, 5);
        webSocket.connection.socket.destroy();
      }
      return undefined;
    },
  },
  {
    name: "a placeholder that names no attachment costs its sender the connection, and reaches no handler",
    ids: ["CVE-2022-2421"],
    revisions: BOTH,
    holed: { server: "parser 4.2.0", revision: 4 },
    play: (victim, revision) =>
      firstOf(BAD_NUMBERS, (num) =>
        isDismissed(victim, revision, frame(`451-7["echo",{"_placeholder":true,"num":${num}}]`), attachment(revision)),
      ),
  },
  {
    name: "a name of an event that is no name costs its sender the connection",
    ids: ["CVE-2023-32695"],
    revisions: BOTH,
    holed: { server: "socket.io 4.6.1", revision: 4 },
    play: (victim, revision) => firstOf(BAD_NAMES, (name) => isDismissed(victim, revision, frame(`427[${name},1]`))),
  },
  {
    name: "a reserved name of an event costs its sender the connection in revision 5 of the protocol",
    ids: ["CVE-2024-38355"],
    revisions: [4],
    play: (victim, revision) =>
      firstOf(
        RESERVED.flatMap((name) => [`42["${name}"]`, `451-["${name}",{"_placeholder":true,"num":0}]`]),
        (packet) =>
          isDismissed(victim, revision, frame(packet), ...(packet.startsWith("45") ? [attachment(revision)] : [])),
      ),
  },
  {
    name: "more attachments than may come are refused when they are announced",
    ids: ["CVE-2026-33151"],
    revisions: BOTH,
    holed: { server: "parser 4.2.5", revision: 4 },
    play: (victim, revision) =>
      firstOf(["11", "99999", "9007199254740993", "1e9", "0x9"], (count) =>
        isDismissed(victim, revision, frame(`45${count}-["echo",{"_placeholder":true,"num":0}]`)),
      ),
  },
  {
    name: "a binary packet without attachments is refused, and leaves nothing behind for the next one",
    ids: ["socket.io-parser 4.2.7"],
    revisions: BOTH,
    holed: { server: "parser 4.2.6", revision: 4 },
    play: (victim, revision) =>
      firstOf(['450-["echo",1]', '460-1["echo"]', '45-["echo",1]'], (packet) =>
        isDismissed(victim, revision, frame(packet)),
      ),
  },
  {
    name: "keys that are methods elsewhere change no prototype, in events, auth and namespaces",
    ids: ["socket.io 4.8.4"],
    revisions: BOTH,
    play: async ({ port }, revision) => {
      const webSocket = await joinByWebSocket(port, revision);
      const evil =
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":1}';
      const asked = revision === 3 ? "40/admin?__proto__=1&constructor=2&toString=3," : `40/admin,${evil}`;
      webSocket.write(frame(`421["echo",${evil}]`), frame(asked), frame('42/admin,2["echo","in"]'));
      const isIn = await webSocket.heard(/^43\/admin,2\["in"\]/);
      webSocket.connection.socket.destroy();
      return isIn ? undefined : "the namespace was not joined";
    },
  },
];
