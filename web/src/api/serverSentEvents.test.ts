import { expect, test } from "vitest";
import { backoffMs } from "./backoff";
import { MessageParser } from "./serverSentEvents";

const STREAM =
  ': still here\n\nid: 1-2\nevent: output\ndata: {"a":\ndata: 1}\n\nid: 1-3\r\nevent: finished\r\ndata: x\r\n\r\n';

test("messages are the same however the stream was torn", () => {
  const whole = new MessageParser().feed(STREAM);
  expect(whole).toEqual([
    { id: "1-2", event: "output", data: '{"a":\n1}' },
    { id: "1-3", event: "finished", data: "x" },
  ]);
  for (let at = 0; at <= STREAM.length; at += 1) {
    const parser = new MessageParser();
    expect([...parser.feed(STREAM.slice(0, at)), ...parser.feed(STREAM.slice(at))]).toEqual(whole);
  }
});

test("pauses grow, are bounded, and differ between pages", () => {
  expect(backoffMs(0, () => 1)).toBe(500);
  expect(backoffMs(3, () => 0)).toBe(2000);
  expect(backoffMs(50, () => 1)).toBe(15_000);
});
