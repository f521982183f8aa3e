/**
 * The tables of docs/scale-out.md: the inputs are read from the document, and the estimates between their marks are
 * written from them, so that the document cannot say what its inputs do not give.
 */
import { estimate, type Inputs, type Quantity, type StateBackend } from './estimate.ts';

const RATES_PER_SECOND = [1_000_000, 10_000_000, 100_000_000] as const;
const BACKENDS: readonly StateBackend[] = ['hashmap', 'rocksdb'];
const PREFIXES = ['', ' K', ' M', ' G', ' T', ' P'] as const;

/** Rows whose first cell is a name in backticks and whose second is a number. */
export function readInputs(document: string): Inputs {
  const inputs = new Map<string, number>();
  for (const [, name, value] of document.matchAll(/^\| `([\w.]+)` \| ([\d_.,]+) \|/gm)) {
    inputs.set(name as string, Number((value as string).replaceAll(/[_,]/g, '')));
  }
  return inputs;
}

/** The document with the estimates that follow from its inputs. Error if a mark or an input is missing. */
export function withEstimates(document: string): string {
  const inputs = readInputs(document);
  return BACKENDS.reduce((text, backend) => {
    const [start, end] = [`<!-- estimates: ${backend} -->\n`, '<!-- end of estimates -->'];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`the document has no place for the estimates of ${backend}`);
    return text.slice(0, from + start.length) + tableOf(inputs, backend) + text.slice(to);
  }, document);
}

function tableOf(inputs: Inputs, backend: StateBackend): string {
  const columns = RATES_PER_SECOND.map((rate) => estimate(inputs, backend, rate));
  const header = ['impressions', ...RATES_PER_SECOND.map((rate) => spell({ name: '', value: rate, unit: '/s' }))];
  const rows = (columns[0] as Quantity[]).map(({ name }, row) => [
    name,
    ...columns.map((column) => spell(column[row] as Quantity)),
  ]);
  const lines = [header, ['---', ...RATES_PER_SECOND.map(() => '---:')], ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')}`;
}

/** Three digits, and whole below a thousand where there is no unit: half a slot is none. */
function spell({ value, unit }: Quantity): string {
  if (unit === '' && value < 100_000) return value.toLocaleString('en', { maximumFractionDigits: 0 });
  let scaled = value;
  let prefix = 0;
  while (scaled >= 999.5 && prefix < PREFIXES.length - 1) {
    scaled /= 1000;
    prefix++;
  }
  return `${Number(scaled.toPrecision(3))}${PREFIXES[prefix] || (unit.startsWith('B') ? ' ' : '')}${unit}`;
}
