import { expect, test } from "vitest";
import { renderTable } from "./table.ts";

test("columns have one width; words stand left and figures right", () => {
  expect(
    renderTable(
      ["row", "us"],
      [
        ["echo", "1.5"],
        ["a longer one", "12.25"],
      ],
    ),
  ).toBe(
    [
      "| row          |    us |",
      "| ------------ | ----: |",
      "| echo         |   1.5 |",
      "| a longer one | 12.25 |",
    ].join("\n"),
  );
});

test("a table without rows is its head", () => {
  expect(renderTable(["a"], [])).toBe("| a   |\n| --- |");
});
