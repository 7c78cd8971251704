// Two editors of one document, and one who may not: node client.js URL TRANSPORT[,TRANSPORT]
const { once } = require("node:events");
const { SocketIOProvider } = require("y-socket.io");
const Y = require("yjs");

const [, , url, transports] = process.argv;
const tell = (step, value) => console.log(JSON.stringify([step, value]));

function open(room, token) {
  const doc = new Y.Doc();
  const options = { disableBc: true, auth: { token } };
  const provider = new SocketIOProvider(url, room, doc, options, { transports: transports.split(","), forceNew: true });
  return { doc, provider, text: doc.getText("text"), map: doc.getMap("map") };
}

const synced = ({ provider }) => (provider.synced ? undefined : new Promise((resolve) => provider.once("sync", resolve)));

async function until(claim) {
  while (!claim()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function main() {
  const [ada, bo, elsewhere] = [open("sea/chart 1", "knots"), open("sea/chart 1", "knots"), open("other", "knots")];
  await Promise.all([ada, bo, elsewhere].map(synced));
  tell("names", [ada.provider.socket.nsp, elsewhere.provider.socket.nsp]);

  ada.text.insert(0, "naïve 😀 ");
  bo.text.insert(0, "both: ");
  await until(() => ada.text.length === bo.text.length && ada.text.length > 12);
  tell("same", ada.text.toString() === bo.text.toString());
  tell("has", ["both: ", "naïve 😀 "].every((part) => ada.text.toString().includes(part)));

  ada.map.set("bytes", new Uint8Array([0, 1, 254, 255]));
  await until(() => bo.map.has("bytes"));
  tell("bytes", [...bo.map.get("bytes")]);

  ada.provider.awareness.setLocalStateField("user", { name: "Ada" });
  const seen = () => [...bo.provider.awareness.getStates().values()].some((state) => state.user?.name === "Ada");
  await until(seen);
  tell("aware", true);

  bo.provider.disconnect();
  ada.text.insert(0, "meanwhile, ");
  bo.text.insert(bo.text.length, "and offline");
  bo.provider.connect();
  await until(() => ada.text.toString() === bo.text.toString() && ada.text.toString().includes("offline"));
  tell("back", bo.text.toString().startsWith("meanwhile, "));
  tell("elsewhere", elsewhere.text.toString());

  const large = "0123456789".repeat(30_000);
  ada.text.insert(0, large);
  await until(() => bo.text.length > large.length);
  tell("large", bo.text.toString().startsWith(large));

  const late = open("sea/chart 1", "knots");
  await synced(late);
  await until(() => late.text.toString() === ada.text.toString());
  tell("late", true);

  const stranger = open("sea/chart 1", "bends");
  const [error] = await once(stranger.provider.socket, "connect_error");
  tell("refused", error.message);

  for (const { provider } of [ada, bo, elsewhere, late, stranger]) provider.destroy();
  process.exit(0); // the providers leave timers behind
}

setTimeout(() => process.exit(1), 20_000);
main();
