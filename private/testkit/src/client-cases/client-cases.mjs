// What our client does wherever it runs: a script without imports, so that pages, workers, Node, Bun and Deno all load
// the same file. It leaves `clientCases` behind; what each case has to observe stands in expectations.ts.
// Place: page suite, runtimes suite -> **cases** -> the built client -> case-server.ts
// Rules: a case waits for what happens and never for time to pass; it tells what it saw, and judges nothing.
(() => {
  const PATIENCE_MS = 15_000;
  const TRANSPORTS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };

  /** Bounds a promise; the message of its failure names what did not come. */
  function within(pending, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come within ${PATIENCE_MS} ms`)), PATIENCE_MS);
      pending.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** The arguments of the next event. */
  const next = (emitter, event) =>
    within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), `"${event}"`);

  /** Emits an event, and gives the arguments of its acknowledgement. */
  const ask = (socket, event, ...args) =>
    within(
      new Promise((resolve) => socket.emit(event, ...args, (...answer) => resolve(answer))),
      `the ack of "${event}"`,
    );

  /** Waits for the connection, and for its upgrade where there is going to be one. */
  async function settled(socket, mode) {
    if (!socket.connected) {
      const refused = new Promise((_resolve, reject) => {
        socket.once("connect_error", (error) => reject(new Error(`${error.message}: ${error.hint}`)));
      });
      await Promise.race([next(socket, "connect"), refused]);
    }
    const { engine } = socket.io;
    if (mode === "upgrade" && engine.transport.name === "polling") await next(engine, "upgrade");
    return engine.transport.name;
  }

  const range = (length) => Array.from({ length }, (_, index) => index);
  const numbers = (bytes) => [...new Uint8Array(bytes)];
  const kind = (value) => Object.prototype.toString.call(value);

  /** Long enough to be cut into several TCP segments, and not the same anywhere. */
  const longText = () => range(30_000).join(" ");
  const longBytes = () => Uint8Array.from(range(200_000), (index) => (index * 7) % 251);

  const cases = {
    async text({ connect, mode }) {
      const socket = connect();
      let first;
      socket.once("connect", () => {
        first = socket.io.engine.transport.name;
      });
      const last = await settled(socket, mode);
      const answer = await ask(socket, "echo", "naïve 😀 \u2028 \u0000", 1.5, null, { deep: [true, { x: [] }] });
      return { first, last, protocol: socket.io.engine.protocol, answer };
    },

    async binary({ connect, mode }) {
      const socket = connect();
      const pushed = next(socket, "pushed");
      await settled(socket, mode);
      const bytes = Uint8Array.of(0, 255, 7);
      const [plain] = await ask(socket, "echo", bytes);
      const [text, nested] = await ask(socket, "echo", "both", { view: bytes.subarray(1), list: [bytes.buffer] });
      return {
        pushed: numbers((await pushed)[0]),
        plain: numbers(plain),
        kind: kind(plain),
        text,
        nested: [numbers(nested.view), numbers(nested.list[0])],
      };
    },

    async blobs({ connect, mode }) {
      const socket = connect();
      await settled(socket, mode);
      const got = [];
      const all = within(
        new Promise((resolve) => {
          socket.on("back", (value, bytes) => {
            got.push(bytes === undefined ? value : [value, numbers(bytes)]);
            if (got.length === 3) resolve();
          });
        }),
        "everything sent",
      );
      socket.emit("back", "blob", new Blob([Uint8Array.of(1, 2), "A"]));
      socket.emit("back", "file", new File([Uint8Array.of(3)], "three.bin"));
      socket.emit("back", "text after both");
      await all;
      return got;
    },

    async large({ connect, mode }) {
      const socket = connect();
      await settled(socket, mode);
      const [text, bytes] = await ask(socket, "echo", longText(), longBytes());
      const sent = longBytes();
      const isSame = new Uint8Array(bytes).every((byte, index) => byte === sent[index]);
      return { text: text === longText(), bytes: isSame, size: bytes.byteLength };
    },

    async order({ connect, mode }) {
      const socket = connect();
      for (const index of range(20)) socket.emit("numbered", index);
      await next(socket, "connect");
      for (const index of range(20)) socket.emit("numbered", 20 + index);
      const last = await settled(socket, mode);
      for (const index of range(20)) socket.emit("numbered", 40 + index);
      const [list] = await ask(socket, "numbers");
      return { last, inOrder: list.every((number, index) => number === index), count: list.length };
    },

    async acks({ connect, mode }) {
      const socket = connect();
      await settled(socket, mode);
      socket.on("question", (value, reply) => reply(`${value}, answered`));
      const [answer] = await ask(socket, "ask me", "asked");
      const promised = await socket.emitWithAck("echo", "promised");
      const late = await socket
        .timeout(50)
        .emitWithAck("silence")
        .catch((error) => error.message);
      return { answer, promised, late };
    },

    async namespaces({ connect, mode }) {
      const socket = connect();
      const news = connect("/news", { forceNew: false, multiplex: true });
      const other = connect("/news/local", { forceNew: false, multiplex: true });
      await settled(news, mode);
      const [name] = await ask(news, "namespace");
      const [localName] = await ask(other, "namespace");
      const secret = connect("/secret", { forceNew: false, multiplex: true });
      const [error] = await next(secret, "connect_error");
      return {
        name,
        localName,
        shared: news.io === other.io && news.io === secret.io,
        own: news.io !== socket.io,
        refusal: error.message ?? error,
      };
    },

    async ends({ connect, mode }) {
      const left = connect();
      await settled(left, mode);
      const leaving = next(left, "disconnect");
      left.disconnect();
      const [own] = await leaving;
      const sent = connect();
      await settled(sent, mode);
      const going = next(sent, "disconnect");
      sent.emit("send me away");
      const [theirs] = await going;
      return { own, theirs, connected: [left.connected, sent.connected] };
    },

    async lost({ connect, mode }) {
      const socket = connect("", { reconnection: true });
      await settled(socket, mode);
      const id = socket.id;
      const gone = next(socket, "disconnect");
      const back = next(socket.io, "reconnect");
      socket.emit("cut me off");
      await gone;
      await back;
      if (!socket.connected) await next(socket, "connect");
      const [answer] = await ask(socket, "echo", "back again");
      return { answer, sameId: socket.id === id };
    },

    async restart({ connect, mode }) {
      const socket = connect("", { reconnection: true });
      await settled(socket, mode);
      const [before] = await ask(socket, "generation");
      const back = next(socket.io, "reconnect");
      const gone = next(socket, "disconnect");
      socket.emit("restart");
      await gone;
      socket.emit("numbered", 0);
      socket.emit("numbered", 1);
      await back;
      if (!socket.connected) await next(socket, "connect");
      const [list] = await ask(socket, "numbers");
      const [after] = await ask(socket, "generation");
      return { restarts: after - before, kept: list, last: await settled(socket, mode) };
    },
  };

  /**
   * Plays one case.
   * @param {{ io: Function, name: string, mode: "polling" | "websocket" | "upgrade", url?: string, options?: object }} part
   * @returns {Promise<unknown>} what was observed
   */
  async function play({ io, name, mode, url = "", options = {} }) {
    const sockets = [];
    function connect(path = "", more = {}) {
      const settings = {
        transports: TRANSPORTS[mode],
        forceNew: true,
        reconnection: false,
        reconnectionDelay: 50,
        reconnectionDelayMax: 200,
        ...options,
        ...more,
      };
      const socket = io(`${url}${path}` || "/", settings);
      sockets.push(socket);
      return socket;
    }
    try {
      return await within(cases[name]({ connect, mode }), `the end of "${name}"`);
    } finally {
      for (const socket of sockets) socket.disconnect();
    }
  }

  globalThis.clientCases = { play };
})();
