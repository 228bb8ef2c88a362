// title: JavaScript
// about: Sorts words that come in on standard input
// stdin: crucible\nretort\nalembic\nathanor\n
const words = require("node:fs").readFileSync(0, "utf8").trim().split("\n");
console.log(`Node ${process.version}, ${words.length} words`);
for (const word of words.sort()) console.log(word.padEnd(12, "·"), word.length);
