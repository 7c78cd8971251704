describe("a slip knot", () => {
  it("slips", () => {
    expect(knot.tie("rope")).toBe("rope, loose");
  });
});
