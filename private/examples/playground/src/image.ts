// An image as binary: chosen, pasted, dropped, or taken from the board; made small enough, sent with an ack, relayed.
// Place in the flow: handlers at its end. Rules: bytes go as bytes, Socket.IO cuts them into an attachment; the server
// says with its answer that it has them and to how many it passed them on.

import type { Chat } from "./chat.ts";
import type { Connection } from "./connection.ts";
import { find, inWords, make } from "./dom.ts";
import { freshId } from "./identity.ts";
import type { Log } from "./log.ts";
import type { Outbox } from "./outbox.ts";
import { number, readMessage, text } from "./wire.ts";

const MOST_BYTES = 800_000;
const LONGEST_SIDE_PX = 1_600;
const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export interface Images {
  send(image: Blob): void;
}

export function openImages(connection: Connection, outbox: Outbox, chat: Chat, log: Log): Images {
  const file = find("image-file", HTMLInputElement);
  const pick = find("image-pick", HTMLButtonElement);
  const panel = find("messages", HTMLOListElement);

  async function prepareAndSend(image: Blob): Promise<void> {
    const small = await makeSmallEnough(image);
    const bytes = await small.arrayBuffer();
    const id = freshId();
    const picture = showPicture(small);
    const progress = make("progress", "image-progress");
    progress.setAttribute("aria-label", "Sending the image");
    picture.append(progress);
    const parcel = chat.addOwn(id, picture, (answer, tookMs) => {
      const receivers = answer.ok ? number(answer.value, "receivers") : 0;
      return `server has ${inKilobytes(bytes.byteLength)} after ${inWords(tookMs)}, passed on to ${receivers}`;
    });
    outbox.post({
      event: "image",
      values: [{ id }, bytes],
      queued: parcel.queued,
      answered(answer) {
        progress.remove();
        parcel.answered(answer);
      },
    });
  }

  function send(image: Blob): void {
    prepareAndSend(image).catch((error: unknown) => {
      log.add("bad", `Cannot send the image: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  function sendFirst(files: FileList | undefined): void {
    const image = Array.from(files ?? []).find(({ type }) => TYPES.includes(type));
    if (image !== undefined) send(image);
  }

  pick.addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    sendFirst(file.files ?? undefined);
    file.value = "";
  });
  document.addEventListener("paste", (event) => sendFirst(event.clipboardData?.files));
  panel.addEventListener("dragover", (event) => event.preventDefault());
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    sendFirst(event.dataTransfer?.files);
  });

  connection.on("image", (note, bytes) => {
    const type = text(note, "type");
    if (!(bytes instanceof ArrayBuffer) || !TYPES.includes(type)) return;
    const picture = showPicture(new Blob([bytes], { type }));
    picture.append(make("figcaption", "", `${inKilobytes(bytes.byteLength)} of binary`));
    chat.addForeign(readMessage(note), picture);
  });

  return { send };
}

function showPicture(image: Blob): HTMLElement {
  const picture = make("img", "");
  picture.alt = "Image sent to the chat";
  picture.src = URL.createObjectURL(image);
  picture.addEventListener("load", () => {
    URL.revokeObjectURL(picture.src);
    // Its height is known only now; a list that stood at its end shall stand there again.
    picture.closest("li")?.scrollIntoView({ block: "nearest" });
  });
  return make("figure", "picture", picture);
}

/** The image itself when it is small, else a JPEG of it that fits. */
async function makeSmallEnough(image: Blob): Promise<Blob> {
  if (image.size <= MOST_BYTES) return image;
  const bitmap = await createImageBitmap(image);
  for (const side of [LONGEST_SIDE_PX, LONGEST_SIDE_PX / 2]) {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", "");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    if (smaller !== null && smaller.size <= MOST_BYTES) return smaller;
  }
  throw new Error(`it stays over ${inKilobytes(MOST_BYTES)}`);
}

function inKilobytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1000))} kB`;
}
