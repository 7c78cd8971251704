// A client's HTTP connection that is kept alive, and a long-polling session over it.
// Place: scenario -> **polling line** -> http -> bytes
// Rules: one request at a time, answered through one listener; a session is joined when the server's CONNECT was heard.

import { connect, type Socket } from "node:net";
import type { Language } from "../peers/peer.ts";
import { readAnswer } from "./http.ts";
import { body, getRequest, postRequest, sidOf, target } from "./speech.ts";

/** Told the body of an answer. */
export type AnswerListener = (body: string) => void;

/** One keep-alive connection. */
export class PollingLine {
  readonly #socket: Socket;
  readonly #failed: (reason: string) => void;
  #text = "";
  #answered: AnswerListener | undefined;
  #isOver = false;

  constructor(port: number, failed: (reason: string) => void) {
    this.#failed = failed;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (chunk) => this.#received(String(chunk)));
    this.#socket.on("error", (error) => this.#fail(error.message));
    this.#socket.on("close", () => this.#fail("the server ended the connection"));
  }

  request(bytes: Buffer, answered: AnswerListener): void {
    this.#answered = answered;
    this.#socket.write(bytes);
  }

  destroy(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  #received(chunk: string): void {
    this.#text = this.#text === "" ? chunk : this.#text + chunk;
    const answer = readAnswer(this.#text);
    if (answer === undefined) return;
    this.#text = this.#text.slice(answer.end);
    if (answer.status !== 200) this.#fail(`the server answered ${answer.status}: ${answer.body}`);
    else this.#answered?.(answer.body);
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failed(reason);
  }
}

/** A joined long-polling session: its line and its requests, made once. */
export interface PollingSession {
  readonly line: PollingLine;
  readonly sid: string;
  readonly poll: Buffer;
  /** Makes the request that brings a packet. */
  post(packet: string): Buffer;
}

/** Opens a session over a new connection, which is returned at once, and joins the main namespace. */
export function joinByPolling(
  port: number,
  language: Language,
  failed: (reason: string) => void,
  joined: (session: PollingSession) => void,
): PollingLine {
  const line = new PollingLine(port, failed);
  line.request(getRequest(port, target(language, "polling")), (opened) => {
    const sid = sidOf(opened);
    if (sid === undefined) {
      failed(`the server opened no session: ${opened}`);
      return;
    }
    const path = target(language, "polling", sid);
    const post = (packet: string) => postRequest(port, path, body(language, packet));
    const session = { line, sid, poll: getRequest(port, path), post };
    const listen = (heard: string): void => {
      if (/(?:^|:)40/.test(heard)) joined(session);
      else line.request(session.poll, listen);
    };
    if (language === "socket.io 5") line.request(post("40"), () => line.request(session.poll, listen));
    else listen(opened);
  });
  return line;
}
