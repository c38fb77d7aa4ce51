/**
 * Writes src/api/types.ts from the committed openapi.json; with --check only compares.
 *
 * The schemas are few and plain (objects, lists, enums, references, null), so this small
 * translator stands in for a generator that would bring its own TypeScript.
 */

import { readFileSync, writeFileSync } from "node:fs";

const SOURCE = new URL("../../openapi.json", import.meta.url);
const TARGET = new URL("../src/api/types.ts", import.meta.url);

const nameOf = (reference) => reference.split("/").at(-1);

function union(parts) {
  return [...new Set(parts)].join(" | ");
}

function simple(type, schema) {
  switch (type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array": {
      const item = typeOf(schema.items ?? {});
      return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return objectOf(schema);
    default:
      return "unknown";
  }
}

function typeOf(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return union(choices.map(typeOf));
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ");
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => simple(type, schema)));
  if (schema.properties && !schema.type) return objectOf(schema);
  return simple(schema.type, schema);
}

function objectOf(schema, indent = "") {
  if (!schema.properties) {
    const values = schema.additionalProperties;
    return values && values !== true
      ? `Record<string, ${typeOf(values)}>`
      : "Record<string, unknown>";
  }
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties).map(([key, value]) => {
    const doc = comment(value.description, `${indent}  `);
    return `${doc}${indent}  ${key}${required.has(key) ? "" : "?"}: ${typeOf(value)};`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function comment(text, indent = "") {
  if (!text) return "";
  const lines = text.trim().replaceAll("*/", "* /").split("\n");
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

function translate(document) {
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const parts = schemas.map(([name, schema]) => {
    const doc = comment(schema.description);
    return schema.type === "object" && schema.properties
      ? `${doc}export interface ${name} ${objectOf(schema)}\n`
      : `${doc}export type ${name} = ${typeOf(schema)};\n`;
  });
  return `/** The types of the HTTP API; written by scripts/api-types.mjs from openapi.json. */\n\n${parts.join("\n")}`;
}

const wanted = translate(JSON.parse(readFileSync(SOURCE, "utf8")));
if (process.argv.includes("--check")) {
  if (readFileSync(TARGET, "utf8") !== wanted) {
    console.error("src/api/types.ts does not match openapi.json");
    console.error("hint: npm run generate:api");
    process.exit(1);
  }
} else {
  writeFileSync(TARGET, wanted);
}
