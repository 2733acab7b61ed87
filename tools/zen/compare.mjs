// Asks the ZEN engine every question of a comparison and holds its answers against ours.
//
//   node compare.mjs comparison.json
//
// The file is written by `codec::jdm::comparison`. Both the rows that answer and what they answer
// have to agree. Exits with 1 if anything differs, with 2 if there was nothing to compare.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ZenEngine } from '@gorules/zen-engine';

const SHOWN = 5;

const path = process.argv[2];
if (!path) {
  console.error('usage: node compare.mjs comparison.json');
  process.exit(2);
}
const { tables, inexpressible = [] } = JSON.parse(readFileSync(path, 'utf8'));

const engine = new ZenEngine();
let asked = 0;
let different = 0;

for (const table of tables) {
  const decision = engine.createDecision(table.jdm);
  const reached = new Set();
  let differences = 0;
  for (const { input, rows, outputs } of table.cases) {
    const theirs = await ask(decision, input);
    asked += 1;
    rows.forEach((row) => reached.add(row));
    if (isDeepStrictEqual(theirs, { rows, outputs })) continue;
    differences += 1;
    if (differences <= SHOWN) {
      console.log(`${table.name}: ${JSON.stringify(input)}`);
      console.log(`  ours ${JSON.stringify({ rows, outputs })}`);
      console.log(`  zen  ${JSON.stringify(theirs)}`);
    }
  }
  const of = table.jdm.nodes.find((it) => it.type === 'decisionTableNode').content.rules.length;
  console.log(
    `${table.name}: ${table.cases.length} questions, ` +
      `${reached.size} of ${of} rows answered, ${differences} differences`,
  );
  different += differences;
}
for (const { name, why } of inexpressible) console.log(`${name}: not compared: ${why}`);
console.log(
  `${tables.length} tables, ${asked} questions, ${different} differences, ` +
    `${inexpressible.length} tables not compared`,
);
process.exit(different > 0 ? 1 : asked === 0 ? 2 : 0);

/** The names of the rows that matched, from the trace, and their outputs. */
async function ask(decision, input) {
  try {
    const { result, trace } = await decision.evaluate(input, { trace: true });
    const node = Object.values(trace).find((it) => it.id === 'table');
    const matched = [node.traceData ?? []].flat();
    const rows = matched.map((it) => it.rule._id);
    return { rows, outputs: Array.isArray(result) ? result : rows.length > 0 ? [result] : [] };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
}
