/** The process of one judge: `judge-main.js NAME` prints its findings as one line of JSON. */
import { JUDGES } from './judges/registry.ts';

const name = process.argv[2] ?? '';
const judge = JUDGES[name as keyof typeof JUDGES];
if (judge === undefined) throw new Error(`there is no judge ${JSON.stringify(name)}`);
const findings = await judge();
// Simulated processes that were killed leave promises and timers behind.
process.stdout.write(`${JSON.stringify(findings)}\n`, () => process.exit(0));
