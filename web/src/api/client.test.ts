import { expect, test, vi } from "vitest";
import { idempotencyKey } from "./client";

test("a page that came over plain HTTP, which has no randomUUID, can submit all the same", () => {
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
  expect(idempotencyKey()).toBe(`console-${"07".repeat(16)}`);
  vi.unstubAllGlobals();
});
