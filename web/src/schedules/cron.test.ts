import { expect, test } from "vitest";
import { inWords } from "./cron";

test.each([
  ["* * * * *", "Every minute"],
  ["*/15 * * * *", "Every 15 minutes"],
  ["*/5 9-17 * * 1-5", "Every 5 minutes, from 09:00 to 17:59, on Monday to Friday"],
  ["0 * * * *", "Every hour at :00"],
  ["0,30 * * * SAT,SUN", "Every hour at :00 and :30, on Sunday and Saturday"],
  ["10 */6 * * *", "Every 6 hours at :10"],
  ["30 6 * * *", "At 06:30 every day"],
  ["30 6 * * MON-FRI", "At 06:30 on Monday to Friday"],
  ["0 6,18 1,15 * *", "At 06:00 and 18:00 on day 1 and 15 of the month"],
  ["0 0 1 jan,JUL *", "At 00:00 on day 1 of the month, in January and July"],
  ["0 0 13 * 5", "At 00:00 on day 13 of the month, or on Friday"],
  ["5,25,45 8-18 * * *", "At :05, :25 and :45, from 08:00 to 18:59 every day"],
  ["0 0 */2 * *", "At 00:00 on every 2nd day"],
  ["0 12 * * 7", "At 12:00 on Sunday"],
])("%s is told as it would be said", (line, words) => {
  expect(inWords(line)).toBe(words);
});

test.each(["", "* * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *", "0 0 L * *", "0 0 * * 5#2", "a b c d e"])(
  "%s is put in no words that might be wrong",
  (line) => {
    expect(inWords(line)).toBeNull();
  },
);

test("where one of two restricted days begins with a star, both must hold: that is left to the times", () => {
  expect(inWords("0 0 */2 * 1")).toBeNull();
});
