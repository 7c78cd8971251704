// Lets WebTransport sessions in: new ones are judged as far as they can be, others move to the session that they name.
// Place: **bytes** -> engine server (**webtransport entrance**) -> webtransport carrier -> session
// Rules: such a session brings no request, so where requests are judged a new one is refused; who moves over was judged.
// Source: docs/protocol/engine-4.md, "WebTransport"

import { eio4 } from "@bowline/protocol";
import type { Clock } from "@bowline/protocol/internal";
import type { Admission } from "./admission.ts";
import type { Connection } from "./connection.ts";
import { HANDSHAKE_ERRORS, type HandshakeError } from "./handshake.ts";
import type { RequestHead } from "./http-exchange.ts";
import type { SessionOpener } from "./opening.ts";
import type { EngineOptions } from "./options.ts";
import { parseQuery } from "./query.ts";
import type { WebTransportCarrier } from "./webtransport-carrier.ts";
import { admitWebTransport } from "./webtransport-door.ts";
import type { WebTransportSession } from "./webtransport-session.ts";

/** In the place of a request, where a client came without one. */
const WEBTRANSPORT_HEAD: RequestHead = {
  method: "CONNECT",
  target: "",
  remoteAddress: "",
  secure: true,
  header: () => undefined,
  headers: () => ({}),
};

/** What the entrance works with. */
export interface EntranceParts {
  readonly options: EngineOptions;
  readonly clock: Clock;
  readonly admission: Admission;
  readonly opener: SessionOpener;
  readonly connections: ReadonlyMap<string, Connection>;
  /** Whether requests are judged by something that a session without one cannot pass. */
  judgesRequests(): boolean;
  /** Tells the program who was refused. */
  refused(head: RequestHead, error: HandshakeError): void;
}

/** Where WebTransport sessions come in. */
export class WebTransportEntrance {
  readonly #parts: EntranceParts;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
  }

  /** Takes a session in. @returns settles when it has ended. */
  take(session: WebTransportSession): Promise<void> {
    const { options, clock, connections } = this.#parts;
    return admitWebTransport(session, {
      clock,
      timeoutMs: options.upgradeTimeout,
      maxPayload: options.maxHttpBufferSize,
      opened: (carrier) => this.#open(carrier),
      moved: (sid, carrier) => {
        const connection = connections.get(sid);
        if (connection?.dialect.transports.includes(carrier.name) !== true) return false;
        connection.handleUpgrade(carrier);
        return true;
      },
    });
  }

  #open(carrier: WebTransportCarrier): void {
    const { admission, opener, refused, judgesRequests } = this.#parts;
    const head = WEBTRANSPORT_HEAD;
    const refuse = (error: HandshakeError): void => {
      refused(head, error);
      carrier.close("flush");
    };
    if (judgesRequests()) {
      const error = new TypeError("Cannot open a session over WebTransport: it has no request that could be judged");
      refuse({ ...HANDSHAKE_ERRORS.badRequest, context: { name: "MIDDLEWARE_FAILURE", error } });
      return;
    }
    const query = parseQuery(head.target, eio4);
    admission.judge(head, query, {
      admitted: (sid) => {
        if (!carrier.gone) opener.openWebTransport(sid, head, query, carrier);
      },
      refused: refuse,
    });
  }
}
