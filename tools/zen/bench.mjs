// How many questions per second the ZEN engine answers, on one core, with and without a trace.
//
//   node bench.mjs comparison.json [seconds]
//
// Takes the largest table of a comparison written by `codec::jdm::comparison` and its questions.
// Our engine names the row with every answer; ZEN does so only with a trace.

import { readFileSync } from 'node:fs';
import { ZenEngine } from '@gorules/zen-engine';

const [path, seconds = '5'] = process.argv.slice(2);
if (!path) {
  console.error('usage: node bench.mjs comparison.json [seconds]');
  process.exit(2);
}
const { tables } = JSON.parse(readFileSync(path, 'utf8'));
const content = (table) => table.jdm.nodes.find((it) => it.type === 'decisionTableNode').content;
const rows = (table) => content(table).rules.length;
const largest = tables.reduce((most, table) => (rows(table) > rows(most) ? table : most));
const decision = new ZenEngine().createDecision(largest.jdm);
console.log(`${largest.name}: ${rows(largest)} rows, ${content(largest).inputs.length} columns`);

for (const trace of [false, true]) {
  await run(trace, 0.5);
  const { count, elapsed } = await run(trace, Number(seconds));
  const rate = Math.round(count / elapsed).toLocaleString('en');
  console.log(`${trace ? 'with' : 'without'} trace: ${rate} questions per second`);
}

async function run(trace, limit) {
  const begun = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < limit) {
    for (const { input } of largest.cases) await decision.evaluate(input, { trace });
    count += largest.cases.length;
    elapsed = (performance.now() - begun) / 1000;
  }
  return { count, elapsed };
}
