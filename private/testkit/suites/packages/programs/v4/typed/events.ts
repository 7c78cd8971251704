// A program of 4.x with maps of its events: what its listeners get, what it may send, and what acknowledgements bring.
import { createServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { type Socket as ClientSocket, io as connect } from "socket.io-client";

interface ServerToClient {
  tick: () => void;
  score: (player: string, points: number, photo: Buffer) => void;
  pick: (choices: string[], done: (choice: number) => void) => void;
  ask: (question: string, done: (error: Error, answer: string) => void) => void;
}

interface ClientToServer {
  hello: () => void;
  guess: (word: string, done: (right: boolean, points: number) => void) => void;
}

interface BetweenServers {
  load: (percent: number) => void;
  health: (done: (state: string) => void) => void;
}

interface Player {
  name: string;
  age: number;
}

const io = new Server<ClientToServer, ServerToClient, BetweenServers, Player>(createServer());
type Peer = Socket<ClientToServer, ServerToClient, BetweenServers, Player>;

function greet(socket: Peer): void {
  socket.data.name = "Ada";
  socket.data.age = 36;
  const name: string = socket.data.name;
  socket.emit("tick");
  socket.emit("score", name, 2, Buffer.from([3]));
  socket.emit("pick", ["a", "b"], (choice) => console.log(choice.toFixed()));
}

async function ask(socket: Peer): Promise<string> {
  const choice = await socket.emitWithAck("pick", ["a", "b"]);
  const later: number = await socket.timeout(1000).emitWithAck("pick", ["a"]);
  socket.timeout(1000).emit("pick", ["a"], (error, chosen) => {
    if (error) console.log(error.message);
    else console.log(chosen.toFixed());
  });
  socket.timeout(1000).emit("pick", ["a"], (error: Error, chosen: number) => console.log(error, chosen));
  const answer = await socket.emitWithAck("ask", "why");
  return answer.toUpperCase() + choice.toFixed() + later.toFixed();
}

io.on("connection", async (socket) => {
  greet(socket);
  socket.on("hello", async () => {
    console.log(await ask(socket));
  });
  socket.on("guess", (word, done) => done(word.length > 2, 5));
  socket.once("hello", () => socket.disconnect(true));
  socket.on("disconnecting", (reason) => console.log(reason.toUpperCase(), [...socket.rooms]));
  socket.on("disconnect", (reason, description) => console.log(reason, description?.message));
  socket.on("error", (error) => console.log(error.stack));
  socket.volatile.emit("tick");
  socket.compress(false).emit("tick");
  socket.broadcast.emit("score", "Bob", 1, Buffer.alloc(1));
  socket.to("room").to(["other", "rooms"]).except("guests").emit("tick");
  await socket.join(["a", "b"]);
  await socket.leave("a");
});

io.on("connect", (socket: Peer) => greet(socket));
io.emit("tick");
io.to("room").local.volatile.compress(true).emit("score", "Ada", 1, Buffer.alloc(1));
io.in(["a", "b"]).except(["c"]).emit("tick");
io.timeout(100).emit("pick", ["a"], (error, choices) => {
  if (error) console.log(error.message);
  console.log(choices.map((choice) => choice.toFixed()));
});
io.to("room")
  .timeout(100)
  .emit("pick", ["a"], (_error: Error, choices: number[]) => console.log(choices.length));
io.of("/admin")
  .timeout(100)
  .emit("pick", ["a"], (_error, choices) => console.log(choices[0]?.toFixed()));

async function gather(): Promise<number> {
  const choices = await io.timeout(100).emitWithAck("pick", ["a"]);
  const more: number[] = await io.to("room").timeout(100).emitWithAck("pick", ["b"]);
  return choices.concat(more).reduce((sum, choice) => sum + choice, 0);
}
void gather();

const client: ClientSocket<ServerToClient, ClientToServer> = connect();
client.on("pick", (choices, done) => done(choices.length));
client.emit("guess", "word", (right, points) => console.log(right, points.toFixed()));

// @ts-expect-error no such event
io.emit("tock");
// @ts-expect-error a text where a number belongs
io.emit("score", "Ada", "2", Buffer.alloc(1));
// @ts-expect-error an argument is missing
io.to("room").emit("score", "Ada");
// @ts-expect-error that one goes the other way
io.emit("hello");
// @ts-expect-error sockets of this server never hear that
io.on("connection", (socket) => socket.on("tick", () => {}));
// @ts-expect-error nobody answers it
io.on("connection", (socket) => socket.emitWithAck("tick"));
// @ts-expect-error no such reason
io.on("connection", (socket) => socket.on("disconnect", (reason) => reason === "bored"));
// @ts-expect-error the answer is a number
io.on("connection", (socket) => socket.emit("pick", ["a"], (choice: string) => choice));
