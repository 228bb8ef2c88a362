// Writes what the console knows of the API from the committed OpenAPI document, or tells whether it still holds.
// The types come from openapi-typescript; bounds and enumerations are values, which types can't carry.
//
//   node scripts/generate-api.mjs [--check]

import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../docs/openapi.json", import.meta.url);
const TYPES = new URL("../src/api/schema.d.ts", import.meta.url);
const VALUES = new URL("../src/api/vocabulary.ts", import.meta.url);
const HEADER = "// Generated from docs/openapi.json by scripts/generate-api.mjs (npm run generate).\n\n";

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
const schemas = document.components.schemas;

const types = HEADER + astToString(await openapiTS(document));
const values = `${HEADER}${enumerations()}\n${bounds()}`;

if (process.argv.includes("--check")) {
  const stale = [];
  for (const [place, wanted] of [
    [TYPES, types],
    [VALUES, values],
  ]) {
    const found = await readFile(place, "utf8").catch(() => "");
    if (found !== wanted) stale.push(place.pathname.replace(/^.*\/web\//, "web/"));
  }
  if (stale.length > 0) {
    console.error(
      `${stale.join(", ")}: not what docs/openapi.json says; run scripts/with-node npm --prefix web run generate`,
    );
    process.exit(1);
  }
} else {
  await writeFile(TYPES, types);
  await writeFile(VALUES, values);
}

function enumerations() {
  return Object.entries(schemas)
    .filter(([, schema]) => schema.enum)
    .map(([name, schema]) => {
      const constant = `${name.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase()}_VALUES`;
      return `export const ${constant} = ${JSON.stringify(schema.enum)} as const;\n`;
    })
    .join("");
}

function bounds() {
  const fields = Object.entries(schemas.Limits.properties).map(([name, schema]) => {
    const number = schema.anyOf?.find((one) => one.type !== "null") ?? schema;
    return {
      name,
      minimum: number.minimum,
      maximum: number.maximum,
      integer: number.type === "integer",
      default: schema.default ?? null,
    };
  });
  const { maxItems: files } = schemas.Submission.properties.files;
  const { maxProperties: labels } = schemas.Submission.properties.labels;
  return (
    `export const LIMIT_BOUNDS = ${JSON.stringify(fields, null, 2)} as const;\n` +
    `export const MAXIMUM_FILES = ${files};\nexport const MAXIMUM_LABELS = ${labels};\n`
  );
}
