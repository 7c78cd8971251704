// The buttons that break things: drop this tab's connection, take the server down, do without WebSocket.
// Place in the flow: they reach into it from above. Rule: each says in the log what was done to whom, so that the
// lines of the recovery below it can be read as its consequence.

import type { Connection } from "./connection.ts";
import { find } from "./dom.ts";
import type { Log } from "./log.ts";
import { number, text } from "./wire.ts";

export function openFaults(connection: Connection, log: Log): void {
  const drop = find("fault-drop", HTMLButtonElement);
  const kill = find("fault-kill", HTMLButtonElement);
  const block = find("fault-block", HTMLButtonElement);

  function onClick(button: HTMLButtonElement, act: () => void): void {
    button.addEventListener("click", () => {
      if (connection.state.kind === "connected") act();
    });
  }

  onClick(drop, () => {
    log.add("plain", "You dropped this tab's connection");
    connection.drop();
  });

  onClick(kill, () => connection.ask("outage", [], () => {}));
  connection.on("outage", (notice) => {
    log.add("plain", `${text(notice, "name")} takes the server down for ${number(notice, "ms") / 1000} s`);
  });

  onClick(block, () => {
    const blocked = block.getAttribute("aria-pressed") !== "true";
    block.setAttribute("aria-pressed", String(blocked));
    block.textContent = blocked ? "Unblock WebSocket" : "Block WebSocket";
    log.add("plain", blocked ? "You blocked WebSocket: long-polling only" : "You unblocked WebSocket");
    connection.useTransports(blocked ? ["polling"] : ["polling", "websocket"]);
  });

  // Offline there is nothing to drop and nobody to ask. `aria-disabled` rather than `disabled`, which would take the
  // keyboard's focus away from the button that was just pressed.
  connection.watch(() => {
    for (const button of [drop, kill, block]) button.ariaDisabled = String(connection.state.kind !== "connected");
  });
}
