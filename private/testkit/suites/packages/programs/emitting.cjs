// What programs do with the emitter that upstream publishes; prints one line per observation.
const { say } = require("./talk.cjs");

function emitting(Emitter) {
  const emitter = new Emitter();
  const heard = [];
  const listener = (value) => heard.push(value);
  say("emitter", emitter.on("a", listener) === emitter, emitter.listeners("a") === emitter._callbacks.$a);
  emitter.once("a", listener).once("b", listener);
  say("emitter", emitter.listeners("a")[1].fn === listener, Object.keys(emitter._callbacks));
  emitter.emit("a", 1).emit("a", 2).off("b", listener).emit("b", 3);
  say("emitter", heard, emitter.hasListeners("a"), emitter.hasListeners("b"), emitter.listeners("b"));
  emitter.on(undefined, listener).off(undefined);
  say("emitter", Object.keys(emitter._callbacks), Object.keys(emitter.removeAllListeners()._callbacks));
  const plain = { name: "lamp" };
  say("emitter", new Emitter(plain) === plain, typeof plain.removeEventListener, typeof plain.addEventListener);
  plain.on("lit", function lit(hours) {
    say("emitter", this.name, hours);
  });
  plain.emit("lit", 3);
  const old = Object.create(Emitter.prototype);
  say("emitter", old.on("a", listener).hasListeners("a"), Object.keys(old), old instanceof Emitter);
}

module.exports = { emitting };
