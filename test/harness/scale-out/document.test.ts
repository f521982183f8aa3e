/** docs/scale-out.md says what follows from the inputs that it lists, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../../harness/environment/host-facts.ts';
import { readInputs, withEstimates } from '../../../harness/scale-out/document.ts';

const document = readFileSync(join(packageRoot(), 'docs', 'scale-out.md'), 'utf8');
const rowOf = (text: string, name: string, nth = 0): string[] =>
  (text.split('\n').filter((line) => line.startsWith(`| ${name} |`))[nth] ?? '')
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());

describe('docs/scale-out.md', () => {
  test('has the estimates of its inputs; `npm run scale-out` writes them', () => {
    expect(withEstimates(document)).toBe(document);
  });

  test('agrees with a calculation by hand', () => {
    // 100 M tweets an hour at 1 M/s, the talk's; 155 bytes each are 15.5 GB, in slots of 4 GB each.
    expect(rowOf(document, 'distinct tweets an hour, each a counter')).toEqual(['100 M', '1 G', '10 G']);
    expect(rowOf(document, 'slots for state')).toEqual(['4', '39', '388']);
    // 0.71 us an impression are 0.71 cores at 1 M/s, twice that at half load.
    expect(rowOf(document, 'slots for CPU')).toEqual(['2', '15', '142']);
    // 12.03 B a million times a second.
    expect(rowOf(document, 'into Kafka')).toEqual(['12 MB/s', '120 MB/s', '1.2 GB/s']);
    // RocksDB: 6.64 us are 13.28 cores at half load.
    expect(rowOf(document, 'slots for CPU', 1)).toEqual(['14', '133', '1,328']);
  });

  test('says another thing when an input is another', () => {
    const changed = document.replace(
      '| `hashmap.cpuUsPerImpression` | 0.71 |',
      '| `hashmap.cpuUsPerImpression` | 7.1 |',
    );
    expect(readInputs(changed).get('hashmap.cpuUsPerImpression')).toBe(7.1);
    expect(rowOf(withEstimates(changed), 'slots for CPU')).toEqual(['15', '142', '1,420']);
  });

  test('cannot lose its inputs or its tables unnoticed', () => {
    const without = document.replace('`replicas`', 'replicas');
    expect(() => withEstimates(without)).toThrow('lists no input replicas');
    expect(() => withEstimates(document.replace('<!-- estimates: rocksdb -->', ''))).toThrow('estimates of rocksdb');
  });
});
