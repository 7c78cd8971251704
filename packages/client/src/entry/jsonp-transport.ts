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

function get(url: string, events: HttpEvents): Cancel {
  const functions = answers();
  const index = functions.length;
  const script = document.createElement("script");
  const cancel = (): void => {
    script.remove();
    // The script may come all the same.
    functions[index] = () => {};
  };
  functions.push((body: unknown) => {
    cancel();
    events.answered({ status: 200, body: String(body) });
  });
  script.async = true;
  script.src = `${url}&j=${index}`;
  script.onerror = (error) => {
    cancel();
    events.failed(error);
  };
  document.head.append(script);
  return cancel;
}

function post(url: string, body: string, events: HttpEvents): Cancel {
  const form = document.createElement("form");
  const frame = document.createElement("iframe");
  const field = document.createElement("textarea");
  const name = `eio_iframe_${answers().push(undefined)}`;
  const cancel = (): void => {
    frame.onload = null;
    form.remove();
    frame.remove();
  };
  frame.name = name;
  form.target = name;
  form.method = "POST";
  form.action = `${url}&j=0`;
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

function jsonpRequest({ method, url, body }: HttpRequest, events: HttpEvents): Cancel {
  return method === "GET" ? get(url, events) : post(url, String(body), events);
}

/** Polling by script elements; its name is that of all polling. */
export const JSONP: TransportClass = /* @__PURE__ */ pollingOver(jsonpRequest, {
  accepts: ({ forceJSONP, jsonp }) => forceJSONP === true && jsonp !== false,
  takesBinary: () => false,
});
