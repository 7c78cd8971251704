// Adds a listener and gives the function that removes it, as programs reach for it.
exports.on = (emitter, event, listener) => {
  emitter.on(event, listener);
  return () => emitter.off(event, listener);
};
