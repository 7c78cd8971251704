// Puts the page together: one connection, and the parts that live on it.
// Place in the flow: the composition root of the page. Each part registers its own handlers; what concerns several of
// them, entering a room, passes through here.

import "./styles/tokens.css";
import "./styles/controls.css";
import "./styles/top.css";
import "./styles/parts.css";
import "./styles/chat.css";
import "./styles/layout.css";
import { openBoard } from "./board.ts";
import { openChat } from "./chat.ts";
import { openConnection } from "./connection.ts";
import { find } from "./dom.ts";
import { openFaults } from "./faults.ts";
import { openFigures } from "./figures.ts";
import { keepIdentity, loadIdentity } from "./identity.ts";
import { openImages } from "./image.ts";
import { openLog } from "./log.ts";
import { openOutbox } from "./outbox.ts";
import { openRooms } from "./rooms.ts";
import { showStatus } from "./status.ts";
import { type RoomView, readRoomView } from "./wire.ts";

const identity = loadIdentity();
keepIdentity(identity);

const connection = openConnection(identity);
const outbox = openOutbox(connection);
const log = openLog(connection);
const figures = openFigures(connection);
const chat = openChat(connection, outbox, log);
const images = openImages(connection, outbox, chat, log);
const board = openBoard(connection, outbox, log, images.send);
const rooms = openRooms(connection, identity, log, enter);
openFaults(connection, log);
showStatus(connection);

connection.on("welcome", (value) => {
  const view = readRoomView(value);
  figures.showRevision(view.you.revision);
  enter(view);
});

function enter(view: RoomView): void {
  rooms.show(view);
  chat.show(view);
  board.show(view);
  find("second-tab", HTMLAnchorElement).href = view.room === "" ? "/" : `/?room=${encodeURIComponent(view.room)}`;
}
