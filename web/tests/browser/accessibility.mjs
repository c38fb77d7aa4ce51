/** What axe finds wrong with a page. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Faults against WCAG 2.2 A and AA, as short lines. */
export async function violations(page) {
  // The page refuses scripts that are not its own, so axe comes in through the debugger.
  await page.evaluate(await readFile(axePath, "utf8"));
  return page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
    return result.violations.map(
      (v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join(" | ")}`,
    );
  });
}
