// Polling by script elements and forms, for pages of 2.x programs that ask for it.
// Place: part of the composition roots, below **transport**; programs import it as @bowline/client/jsonp.
// Rules: an answer is a call of a global function that the request names; what is posted goes through a form into a frame
//        that nobody sees; only text travels.
// Source: docs/protocol/engine-3.md, "JSONP"

import { encodeJsonpField } from "@bowline/protocol";
import type { Cancel } from "@bowline/protocol/internal";
import type { HttpEvents, HttpRequest } from "../platform.ts";
import { pollingOver } from "../transports/polling.ts";
import type { TransportClass } from "../transports/transport.ts";

/** The functions that scripts call with their answer, where every client on the page looks for them. */
function answers(): unknown[] {
  const known: unknown = Reflect.get(globalThis, "___eio");
  if (Array.isArray(known)) return known;
  const made: unknown[] = [];
  Reflect.set(globalThis, "___eio", made);
  return made;
}

const indices = new WeakMap<object, number>();

/** The place of a session's function: servers go by the first one that they are told. */
function indexOf(owner: object): number {
  const index = indices.get(owner) ?? answers().push(ignore) - 1;
  indices.set(owner, index);
  return index;
}

/** For a script that comes all the same. */
function ignore(): void {}

function get(url: string, index: number, events: HttpEvents): Cancel {
  const script = document.createElement("script");
  const cancel = (): void => {
    script.remove();
    answers()[index] = ignore;
  };
  answers()[index] = (body: unknown) => {
    cancel();
    events.answered({ status: 200, body: String(body) });
  };
  script.async = true;
  script.src = url;
  script.onerror = (error) => {
    cancel();
    events.failed(error, "NETWORK_OR_CORS");
  };
  document.head.append(script);
  return cancel;
}

function post(url: string, index: number, body: string, events: HttpEvents): Cancel {
  const form = document.createElement("form");
  const frame = document.createElement("iframe");
  const field = document.createElement("textarea");
  const name = `eio_iframe_${index}`;
  const cancel = (): void => {
    frame.onload = null;
    form.remove();
    frame.remove();
  };
  frame.name = name;
  form.target = name;
  form.method = "POST";
  form.action = url;
  form.acceptCharset = "utf-8";
  form.style.display = "none";
  frame.style.display = "none";
  field.name = "d";
  field.value = encodeJsonpField(body);
  form.append(field);
  document.body.append(form, frame);
  // An empty frame has loaded already; what comes next is the answer.
  frame.onload = () => {
    cancel();
    events.answered({ status: 200, body: "ok" });
  };
  form.submit();
  return cancel;
}

function jsonpRequest({ method, url, body, owner }: HttpRequest, events: HttpEvents): Cancel {
  const index = indexOf(owner);
  const target = `${url}&j=${index}`;
  return method === "GET" ? get(target, index, events) : post(target, index, String(body), events);
}

/** Polling by script elements; its name is that of all polling. */
export const JSONP: TransportClass = /* @__PURE__ */ pollingOver(jsonpRequest, {
  accepts: ({ forceJSONP, jsonp }) => forceJSONP === true && jsonp !== false,
  takesBinary: () => false,
});
