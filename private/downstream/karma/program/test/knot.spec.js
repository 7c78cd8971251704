describe("a knot", () => {
  it("is tied", () => {
    expect(knot.tie("rope")).toBe("rope, tied");
  });

  it("needs a rope", () => {
    expect(() => knot.tie(7)).toThrowError(TypeError);
  });

  it("runs with what the configuration says", (done) => {
    console.log("the page was told", JSON.stringify(__karma__.config.args));
    setTimeout(done, 20);
  });
});
