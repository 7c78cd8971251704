// Rules of seats: they are what a map would be, with no map for the one that nearly every client has.
import { describe, expect, it } from "vitest";
import { Seats } from "./seats.ts";

describe("seats", () => {
  it("are kept while a namespace is judging, and have a socket once it has let the client in", () => {
    const seats = new Seats<string>();
    seats.set("/");
    const judged = [seats.has("/"), seats.get("/"), seats.sockets()];
    seats.set("/", "x");
    expect([judged, seats.get("/"), seats.sockets(), seats.size]).toEqual([[true, undefined, []], "x", ["x"], 1]);
  });

  it("are listed in the order of asking, also when the first has been given up", () => {
    const seats = new Seats<string>();
    for (const name of ["/", "/b", "/c"]) seats.set(name, name);
    seats.delete("/");
    seats.set("/", "again");
    seats.delete("/b");
    expect([seats.sockets(), seats.size, seats.has("/b"), seats.get("/")]).toEqual([
      ["/c", "again"],
      2,
      false,
      "again",
    ]);
  });

  it("are none after all have been given up", () => {
    const seats = new Seats<string>();
    seats.set("/", "x");
    seats.set("/b", "y");
    seats.clear();
    expect([seats.size, seats.sockets(), seats.has("/"), seats.get("/b")]).toEqual([0, [], false, undefined]);
  });
});
