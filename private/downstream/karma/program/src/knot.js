window.knot = {
  tie(rope) {
    if (typeof rope !== "string") throw new TypeError("a rope is needed");
    return `${rope}, tied`;
  },
};
