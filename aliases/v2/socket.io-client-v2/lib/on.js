// Adds a listener and gives the means to remove it, as programs of 2.x require it.
module.exports = (emitter, event, listener) => {
  emitter.on(event, listener);
  return { destroy: () => emitter.removeListener(event, listener) };
};
